import type { StatusCell } from '../../lib/frames.ts'

export interface DataAge {
  /** How long ago the newest record in the numbers arrived at the stream; null: none yet. */
  ms: number | null
  /** green: data flows; grey: nothing arrives; red: the connection is lost. */
  tone: 'green' | 'grey' | 'red'
}

/** Nothing newer for longer than this: nothing arrives. */
const QUIET_AFTER_MS = 5_000

/** `now` is the server's clock. A reader that works off a backlog counts as flowing, however old its data is. */
export function dataAge(
  status: Pick<StatusCell, 'newestArrivalAt' | 'behindMs' | 'eventsPerSecond'> | undefined,
  now: number,
  lost: boolean,
): DataAge {
  const newest = status?.newestArrivalAt ?? null
  const ms = newest === null ? null : Math.max(0, now - newest)
  if (lost) return { ms, tone: 'red' }
  if (status === undefined || ms === null) return { ms, tone: 'grey' }
  const catchingUp = status.behindMs > QUIET_AFTER_MS && status.eventsPerSecond > 0
  return { ms, tone: ms < QUIET_AFTER_MS || catchingUp ? 'green' : 'grey' }
}
