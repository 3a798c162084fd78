import type { SeriesPoint } from '../../../lib/api.ts'
import type { TimeRange } from '../../window/window-range.ts'
import { coveredIn, type KnownAt } from './known-time.ts'
import type { PaneReader } from './pane-reader.ts'

/** What a point says of how much of its step is over and known: nothing where all of it is. */
export function coveredPart(
  reader: PaneReader,
  step: TimeRange,
  at: KnownAt,
): Pick<SeriesPoint, 'coveredMs'> {
  const coveredMs = coveredIn(reader, step, at)
  return coveredMs === step.to - step.from ? {} : { coveredMs }
}
