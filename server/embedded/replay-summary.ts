import { micros, moneyText } from '../../lib/money.ts'
import { durationText } from './replay-progress.ts'
import type { Sums, Tally } from './replay-tally.ts'

/** What was put, for a person to read. Money to the last micro-unit. */
export function summaryText(tally: Tally, place: string, elapsedMs: number): string {
  const { all, repeated } = tally
  const rate = elapsedMs > 0 ? Math.round(tally.records / (elapsedMs / 1_000)) : 0
  const once = (n: number, again: number) =>
    again === 0 ? '' : `once each id: ${number(n - again)}`
  const lines = [
    `Put ${number(tally.records)} records with ${number(all.events)} events on ${place} in ${durationText(elapsedMs)} (${number(rate)} records/s)`,
    '',
    ...table([
      ...[...all.byType]
        .sort((a, b) => b[1] - a[1])
        .map(([type, n]) => [type, number(n), once(n, repeated.byType.get(type) ?? 0)]),
    ]),
    ...money('Cost', all.cost, repeated.cost),
    ...money('Revenue', all.revenue, repeated.revenue),
  ]
  if (repeated.events > 0) {
    lines.push('', `${number(repeated.events)} events repeat an id put before: they count once`)
  }
  if (tally.partlyRead > 0) {
    lines.push(
      '',
      `Of ${number(tally.partlyRead)} ${tally.partlyRead === 1 ? 'line' : 'lines'} further fields were passed over`,
    )
  }
  if (tally.skipped > 0) {
    lines.push('', `Skipped ${number(tally.skipped)} lines:`)
    for (const { line, reason } of tally.firstSkipped) lines.push(`  line ${line}: ${reason}`)
    const more = tally.skipped - tally.firstSkipped.length
    if (more > 0) lines.push(`  and ${number(more)} more`)
  }
  return `${lines.join('\n')}\n`
}

const number = (n: number): string => n.toLocaleString('en')

function money(title: string, all: Sums, repeated: Sums): string[] {
  if (all.size === 0) return []
  const rows = [...all].flatMap(([account, amounts]) =>
    [...amounts].map(([currency, sum]) => {
      const again = repeated.get(account)?.get(currency) ?? 0n
      return [
        account === '' ? '(no account)' : account,
        `${moneyText(micros(sum))} ${currency}`,
        again === 0n ? '' : `once each id: ${moneyText(micros(sum - again))}`,
      ]
    }),
  )
  return ['', title, ...table(rows)]
}

function table(rows: string[][]): string[] {
  const width = (column: number) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0))
  const [first, second] = [width(0), width(1)]
  return rows.map(([name = '', value = '', note = '']) =>
    `  ${name.padEnd(first)}  ${value.padStart(second)}  ${note}`.trimEnd(),
  )
}
