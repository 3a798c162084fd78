import type { CountingChange, CountingChangeKind } from '../../lib/counting-change.ts'
import { duration } from '../../lib/format-time.ts'
import { DAY_MS, MINUTE_MS } from '../../lib/time.ts'

/** After so long whoever watches has seen it; `GET /api/v1/stream` goes on saying it. */
const NEWS_MS = DAY_MS
/** Windows of a minute and more are right to within what one sees. */
const WRONG_MS = MINUTE_MS

export const CHANGE_WORDS: Record<CountingChangeKind, string> = {
  created_again: 'Created again',
  elsewhere: 'Counted apart',
  kept_shorter: 'Kept shorter',
  kpi_gone: 'KPI gone',
  kpi_changed: 'KPI changed',
  pair_gone: 'Pair gone',
  clock_set: 'Clock set back',
}

/** Of the last day, without what every page says anyway. */
export const newsOf = (changes: readonly CountingChange[], now: number): CountingChange[] =>
  changes.filter(({ at, kind }) => kind !== 'created_again' && now - at < NEWS_MS)

/** What a wrong clock does; undefined: it is right, or nobody knows. */
export function clockWords(aheadMs: number | null): string | undefined {
  if (aheadMs === null || Math.abs(aheadMs) < WRONG_MS) return undefined
  const by = duration(Math.abs(aheadMs))
  return aheadMs > 0
    ? `This machine's clock is ${by} ahead of the stream's: the last ${by} of each window are empty.`
    : `This machine's clock is ${by} behind the stream's: windows end ${by} before the newest events, which show later.`
}
