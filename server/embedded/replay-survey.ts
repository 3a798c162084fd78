import { DAY_MS } from '../../lib/time.ts'
import type { LineParser } from './replay-line.ts'
import type { LinesRead } from './replay-lines.ts'
import { durationText } from './replay-progress.ts'
import type { Kept } from './replay-watcher.ts'

/** What the events of a file say of when they happened. */
export interface Survey {
  /** Those that have a time of their own. */
  events: number
  /** Of the oldest and of the newest, epoch ms. */
  from: number
  to: number
  /** Those that are older than all that is kept, which no page would show. */
  beyond: number
}

/** Reads the whole file, as putting it does. undefined: no event has a time of its own. */
export async function surveyFile(
  lines: AsyncIterable<LinesRead>,
  parse: LineParser,
  { keptFrom, signal }: { keptFrom: number; signal: AbortSignal },
): Promise<Survey | undefined> {
  const survey: Survey = {
    events: 0,
    from: Number.POSITIVE_INFINITY,
    to: Number.NEGATIVE_INFINITY,
    beyond: 0,
  }
  for await (const { lines: some } of lines) {
    if (signal.aborted) break
    for (const { number, text } of some) {
      const parsed = text === undefined ? undefined : parse(text, number)
      if (parsed?.kind !== 'events') continue
      for (const { at } of parsed.events) if (at !== undefined) note(survey, at, keptFrom)
    }
  }
  return survey.events === 0 ? undefined : survey
}

function note(survey: Survey, at: number, keptFrom: number): void {
  survey.events++
  survey.from = Math.min(survey.from, at)
  survey.to = Math.max(survey.to, at)
  if (at < keptFrom) survey.beyond++
}

/** From when to when the events are, and which of them no page will show. */
export function surveyText(survey: Survey, { forMs: keptMs, from: keptFrom }: Kept): string {
  const { events, from, to, beyond } = survey
  const span = `${number(events)} ${events === 1 ? 'event' : 'events'}, of ${timeText(from)} to ${timeText(to)}`
  if (beyond === 0) return `${span}\n`
  return (
    `${span}\n` +
    `${olderWords(beyond, events)} than the ${keptText(keptMs)} that Kinesight keeps, which began at ${timeText(keptFrom)}: that will be in the totals, and on no page.\n`
  )
}

/** "All of them are older", "1 of them is older". */
export function olderWords(beyond: number, all: number): string {
  if (beyond === all) return all === 1 ? 'It is older' : 'All of them are older'
  return `${number(beyond)} of them ${beyond === 1 ? 'is' : 'are'} older`
}

export const keptText = (ms: number): string =>
  ms % DAY_MS === 0 ? `${number(ms / DAY_MS)} days` : durationText(ms)

/** RFC 3339, to the second: a page reads it, too. */
export const timeText = (ms: number): string =>
  `${new Date(ms).toISOString().slice(0, 'YYYY-MM-DDThh:mm:ss'.length)}Z`

const number = (n: number): string => n.toLocaleString('en')
