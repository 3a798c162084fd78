import { count, counted } from '../../lib/format.ts'
import type { StatusCell } from '../../lib/frames.ts'
import { DAY_MS } from '../../lib/time.ts'
import type { ChartMoment } from '../chart/moments.tsx'
import { useCell } from '../live/store.ts'

/** After so long whoever watches has seen it; the Shards page goes on saying it. */
const NEWS_MS = DAY_MS

/** The stream was deleted and created again. */
export interface CreatedAgain {
  /** Of the stream that is read; the former one has the number before. */
  number: number
  /** Epoch ms. */
  at: number
  former: NonNullable<StatusCell['former']>
}

export function createdAgainOf(status: StatusCell | undefined): CreatedAgain | undefined {
  if (status === undefined || status.incarnation === null || status.former === null) {
    return undefined
  }
  const { number, createdAt } = status.incarnation
  return { number, at: createdAt, former: status.former }
}

export const useCreatedAgain = (): CreatedAgain | undefined => createdAgainOf(useCell('status'))

/** Whether every page says it. It may have been found long after it happened. */
export function isNews(status: StatusCell, now: number): boolean {
  const again = createdAgainOf(status)
  return again !== undefined && now - (status.incarnation?.since ?? again.at) < NEWS_MS
}

/** What the totals had come to: "90 events", and what was not applied of them. */
export function cameTo({ fates: { applied, rejected } }: CreatedAgain['former']): string {
  const events = counted(applied, 'event')
  return rejected === 0 ? events : `${events} and ${count(rejected)} rejected`
}

/** Of a chart over [from, to): the moment where another stream begins. */
export const momentIn = (
  again: CreatedAgain | undefined,
  { from, to }: { from: number; to: number },
  asked: number | undefined,
): ChartMoment[] => {
  if (again === undefined || again.at <= from || again.at >= to) return []
  const { at } = again
  if (asked === again.number - 1) {
    const text = 'The stream was deleted, and created again: what came after is of the next one.'
    return [{ at, text, caption: (time) => `after ${time}: the next stream` }]
  }
  if (asked !== undefined && asked !== again.number) return []
  const text =
    'The stream was deleted, and created again: what came before is of the former one, and not shown.'
  return [{ at, text, caption: (time) => `before ${time}: the former stream, not shown` }]
}
