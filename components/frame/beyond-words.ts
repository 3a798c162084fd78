import { count, counted } from '../../lib/format.ts'
import { type ClockOptions, date, duration } from '../../lib/format-time.ts'
import type { StatusCell } from '../../lib/frames.ts'
import { DAY_MS } from '../../lib/time.ts'

/** What happened longer ago than this is no news: the counts say it still. */
const NEWS_MS = DAY_MS

type Facts = Pick<StatusCell, 'fates' | 'kept' | 'beyond'>

/** Whether events beyond history came lately, so that whoever put them may miss them. */
export const isBeyondNews = ({ beyond }: Facts, now: number): boolean =>
  beyond !== null && now - beyond.lastAt < NEWS_MS

/** "1,204 events are older than the 400 days that Kinesight keeps, so no window shows them; the oldest is of 12 Jan 2021." */
export function beyondWords({ fates, kept, beyond }: Facts, options: ClockOptions = {}): string {
  const one = fates.beyond === 1
  const many = `${counted(fates.beyond, 'event')} ${one ? 'is' : 'are'}`
  const why = `older than the ${keptWords(kept.hoursMs)} that Kinesight keeps`
  const so = `so no window shows ${one ? 'it' : 'them'}`
  const oldest =
    beyond === null ? '' : `; ${one ? 'it' : 'the oldest'} is of ${date(beyond.oldestAt, options)}`
  return `${many} ${why}, ${so}${oldest}.`
}

/** What to do for them, around the names of what is set. */
export function beyondRemedy({ fates }: Pick<StatusCell, 'fates'>) {
  return fates.beyond === 1
    ? { toSee: 'It is in the totals. To see an event like it', mend: 'mend its' }
    : { toSee: 'They are in the totals. To see events like these', mend: 'mend their' }
}

const keptWords = (ms: number): string =>
  ms % DAY_MS === 0 ? `${count(ms / DAY_MS)} days` : duration(ms)
