import type { KnownTime } from '../../../lib/frames.ts'
import type { PaneReader } from './pane-reader.ts'

/** Of which past something can be said at all. */
export function knownTime({ oldest, retention }: PaneReader, now: number): KnownTime {
  const since = oldest()
  return { since: Number.isFinite(since) ? since : null, keptFrom: retention.oldest(now) }
}
