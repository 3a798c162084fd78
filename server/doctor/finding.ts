/** Something that is not as it should be. */
export interface Finding {
  /** In words: which row of what, or which file. */
  where: string
  what: string
  remedy: string
}

/**
 * What came of one check. `noted`: it is known and taken care of already. `skipped`: it could not be made, for the reason
 * that `note` says.
 */
export interface Check {
  name: string
  kind: 'ok' | 'found' | 'noted' | 'skipped'
  /** How much was looked at, or why nothing was. */
  note: string
  /** The first of them. */
  findings: Finding[]
  /** How many there are. */
  found: number
}

export interface Report {
  folder: string
  checks: Check[]
}

/** So many are named of each check. */
const NAMED = 20

export const checked = (name: string, note: string, findings: readonly Finding[] = []): Check => ({
  name,
  kind: findings.length === 0 ? 'ok' : 'found',
  note,
  findings: findings.slice(0, NAMED),
  found: findings.length,
})

export const skipped = (name: string, note: string): Check => ({
  ...checked(name, note),
  kind: 'skipped',
})

/** 0: all is well. 1: something was found. 2: it could not look at everything, and found nothing in the rest. */
export function exitCodeOf({ checks }: Report): 0 | 1 | 2 {
  if (checks.some(({ kind }) => kind === 'found')) return 1
  return checks.some(({ kind }) => kind === 'skipped') ? 2 : 0
}

const WORDS = {
  ok: 'ok     ',
  found: 'found  ',
  noted: 'noted  ',
  skipped: 'skipped',
} satisfies Record<Check['kind'], string>

/** A line for each check, and beneath it what was found. */
export function reportText(report: Report): string {
  const lines = [`Data folder ${report.folder}`]
  for (const { name, kind, note, findings, found } of report.checks) {
    lines.push(`${WORDS[kind]}  ${name}${note === '' ? '' : `: ${note}`}`)
    for (const [index, { where, what, remedy }] of findings.entries()) {
      lines.push(`           ${where}: ${what}`)
      // The same words beneath each row would hide the rows.
      if (findings[index + 1]?.remedy !== remedy) lines.push(`             ${remedy}`)
    }
    if (found > findings.length) lines.push(`           and ${found - findings.length} more`)
  }
  lines.push(LAST[exitCodeOf(report)])
  return `${lines.join('\n')}\n`
}

const LAST = [
  'All is well.',
  'Something was found: see above for how to mend it, and docs/operations.md.',
  'Nothing was found, but not everything could be looked at.',
] as const
