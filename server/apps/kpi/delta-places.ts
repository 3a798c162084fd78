import { crc32 } from '../../platform/crc32.ts'
import { LEVELS, levelAt, paneStart } from '../../window/levels.ts'
import type { PlacedPane } from '../../window/pane-dimension.ts'

/** Panes side by side: of one level, that begin at `from` or later and before `to`. */
export interface PaneRun {
  level: number
  from: number
  to: number
}

/**
 * Which panes a delta adds to, so that it is known also where the delta itself cannot be read: runs of
 * `level:first-last`, counted in panes since 1970, and their checksum. Every event is in the total, so its panes are all.
 */
export function encodePlaces(panes: readonly PlacedPane[]): string {
  const starts: number[][] = LEVELS.map(() => [])
  for (const { level, dimension, start } of panes) {
    if (dimension === '') starts[level]?.push(start / levelAt(level).ms)
  }
  const runs: string[] = []
  for (const [level, numbers] of starts.entries()) {
    numbers.sort((a, b) => a - b)
    for (let at = 0; at < numbers.length; ) {
      const first = numbers[at++] as number
      let last = first
      while ((numbers[at] as number) <= last + 1) last = numbers[at++] as number
      runs.push(`${level}:${first}-${last}`)
    }
  }
  const text = runs.join()
  return `${text}#${crc32(text)}`
}

const RUN = /^(\d):(\d+)-(\d+)$/

/** undefined: they cannot be read either. */
export function decodePlaces(places: string | null): PaneRun[] | undefined {
  const [text = '', checksum] = String(places).split('#')
  if (checksum !== String(crc32(text))) return undefined
  return text.split(',').flatMap((run) => {
    const [, level, first, last] = RUN.exec(run) ?? []
    const { ms } = LEVELS[Number(level)] ?? {}
    if (ms === undefined) return []
    return [{ level: Number(level), from: Number(first) * ms, to: (Number(last) + 1) * ms }]
  })
}

/** The panes of a coarser level, or the same, that a run is a part of. */
export function runAt(level: number, { from, to }: PaneRun): PaneRun {
  const { ms } = levelAt(level)
  return { level, from: paneStart(from, ms), to: paneStart(to - 1, ms) + ms }
}
