import { corrected } from '../../../lib/correction.ts'
import type { Point } from '../../../lib/frames.ts'
import type { KpiId } from '../../../lib/kpis.ts'
import { correctedAt } from '../../window/late.ts'
import type { Subject } from '../../window/subject.ts'
import type { TimeRange } from '../../window/window-range.ts'
import { lateOf } from './late-of.ts'
import type { Need, PaneReader } from './pane-reader.ts'
import { createStepValues } from './step-values.ts'

/** Which steps of a chart were corrected: by their own events, also where a point is the value of a window. */
export interface CorrectedSteps {
  /** As of `StepValues`. */
  approach(range: TimeRange, isWanted: () => boolean): Promise<void>
  /** To be called before `mark`, for the same range: what has to be read for it. */
  needs(range: TimeRange): Need[]
  /** Inside `read`: says it at the points that have a value. They are those of the range. */
  mark(range: TimeRange, points: readonly Point[]): Point[]
  close(): void
}

export function createCorrectedSteps(
  reader: PaneReader,
  { subject, kpi, stepMs }: { subject: Subject; kpi: KpiId; stepMs: number },
): CorrectedSteps {
  const selection = reader.select([])
  const lates = createStepValues(reader, { subject, stepMs, selection, value: lateOf(reader, kpi) })
  return {
    approach: lates.approach,
    needs: lates.needs,
    mark(range, points) {
      const steps = lates.values(range)
      return points.map((point, index) => {
        const late = steps[index]?.value ?? null
        if (late === null || point[1] === null) return point
        const at = correctedAt(late, { from: point[0], to: point[0] + stepMs })
        return at === undefined ? point : corrected(point, { late: late.events, at })
      })
    },
    close: lates.close,
  }
}
