import { MINUTE_MS } from '../../lib/time.ts'
import { keptText, olderWords, timeText } from './replay-survey.ts'
import type { Tally } from './replay-tally.ts'
import type { Watcher } from './replay-watcher.ts'

/** Where what was put is to be seen, and what of it is not. */
export function shownText(
  { all, beyond, shown }: Pick<Tally, 'all' | 'beyond' | 'shown'>,
  watcher: Watcher,
): string {
  const lines: string[] = []
  if (beyond > 0 && watcher.kept !== undefined) {
    lines.push(
      `${olderWords(beyond, all.events)} than the ${keptText(watcher.kept.forMs)} that Kinesight keeps: in the totals, and on no page. With --at now the log is put as if it began now.`,
    )
  }
  if (shown !== undefined) {
    lines.push(`See ${beyond > 0 ? 'the others' : 'them'}: ${rangeLink(watcher.origin, shown)}`)
  }
  return lines.length === 0 ? '' : `\n${lines.join('\n')}\n`
}

/** The overview over the whole minutes that hold the range. */
function rangeLink(origin: string, { from, to }: { from: number; to: number }): string {
  const begin = from - (from % MINUTE_MS)
  const end = to - (to % MINUTE_MS) + MINUTE_MS
  return `${origin}/?from=${timeText(begin)}&to=${timeText(end)}`
}
