import { exactTime, moment } from '../../lib/format-time.ts'
import type { StatusCell } from '../../lib/frames.ts'

/** Where reading began, in a few words, and why; undefined: the store was not asked yet. */
export function beginWords(
  { begin, incarnation }: Pick<StatusCell, 'begin' | 'incarnation'>,
  now: number,
): { text: string; why: string } | undefined {
  if (begin === null) return undefined
  const { asked, from, firstStartAt, settled } = begin
  const said = `START_AT=${asked}`
  if (incarnation !== null && incarnation.number > 1) {
    return {
      text: `Created again ${moment(incarnation.createdAt, now)}`,
      why: `It was created again at ${exactTime(incarnation.createdAt)}: it is read from its beginning, whatever START_AT says.`,
    }
  }
  if (from === null) return { text: 'Counts from the oldest record', why: said }
  const since = moment(from, now)
  if (!settled && asked === 'latest') {
    return {
      text: `Will count from ${since}, the first start`,
      why: `${said}. The time is by this machine's clock, and will be by the stream's once it is reached.`,
    }
  }
  if (from > now) return { text: `Will count from ${since}`, why: said }
  if (asked !== 'latest' || firstStartAt === null) {
    return { text: `Counts from ${since}`, why: said }
  }
  return {
    text: `Counts from ${since}, the first start`,
    why: `${said}: Kinesight was first started for it at ${exactTime(firstStartAt)}; the stream's clock counts.`,
  }
}
