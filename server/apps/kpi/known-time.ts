import type { KnownTime } from '../../../lib/frames.ts'
import { LEVELS, levelAt } from '../../window/levels.ts'
import type { PaneReader } from './pane-reader.ts'

const COARSEST = LEVELS.length - 1

/** Of which past something can be said at all. */
export function knownTime({ oldest, retention }: PaneReader, now: number): KnownTime {
  const since = oldest()
  const { ms } = levelAt(COARSEST)
  return {
    since: Number.isFinite(since) ? since : null,
    keptFrom: Math.ceil(retention.keptFrom(COARSEST, now) / ms) * ms,
  }
}
