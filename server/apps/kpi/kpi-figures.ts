import type { Point } from '../../../lib/frames.ts'
import { kpiOf } from '../../../lib/kpi-catalog.ts'
import { addsUp, type Kpi, type KpiId } from '../../../lib/kpis.ts'
import type { Cell } from '../../window/cell.ts'
import type { Subject } from '../../window/subject.ts'
import type { TimeRange } from '../../window/window-range.ts'
import { isReadable } from './asked-range.ts'
import { createCorrectedSteps } from './corrected-steps.ts'
import { onlyIn } from './currency-choice.ts'
import type { PaneReader } from './pane-reader.ts'
import type { Shown } from './shown-period.ts'
import { createStepValues } from './step-values.ts'

/** The series `main` of a KPI's chart and `spark.*` of all, in given currencies, for as long as steps are as long. */
export type Figures = ReturnType<typeof createFigures>

export function createFigures(
  reader: PaneReader,
  {
    kpi,
    subject,
    shown,
    currencies,
  }: { kpi: KpiId; subject: Subject; shown: Shown; currencies: ReadonlyMap<KpiId, string> },
) {
  const number = (id: KpiId, cell: Cell | undefined): number | null => {
    return reader.value(id, cell, onlyIn(currencies.get(id))).value
  }
  const { stepMs } = shown.chart
  const sparkMs = shown.spark.stepMs
  const overWindow = shown.windowMs === undefined ? {} : { windowMs: shown.windowMs }
  const sparksOf = (some: readonly Kpi[], windowOfPoint: { windowMs?: number }) => {
    const ids = some.map(({ id }) => id)
    const steps = createStepValues(reader, {
      subject,
      stepMs: sparkMs,
      ...windowOfPoint,
      selection: reader.select(ids),
      value: (cell) => ids.map((id) => number(id, cell)),
    })
    return { ids, steps }
  }
  const { kpis } = reader.catalog
  const sparks = [
    sparksOf(kpis.filter(addsUp), {}),
    sparksOf(
      kpis.filter((each) => !addsUp(each)),
      overWindow,
    ),
  ]
  const main = createStepValues(reader, {
    subject,
    stepMs,
    ...(!addsUp(kpiOf(reader.catalog, kpi)) && overWindow),
    selection: reader.select([kpi]),
    value: (cell) => number(kpi, cell),
  })
  const corrected = createCorrectedSteps(reader, { subject, kpi, stepMs })

  /** The chart and as much before it. */
  const mainRange = ({ chart: { from, to } }: Shown): TimeRange => ({
    from: from - (to - from),
    to,
  })

  /** Steps that ended before the KPI was measured have no value, whatever late events came to them; nor do those that are gone. */
  function measured(
    points: { t: number; value: number | null }[],
    { id, stepMs, now }: { id: KpiId; stepMs: number; now: number },
  ) {
    const since = reader.measuredFrom(subject.dimension, id)
    return points.map((point) =>
      point.t + stepMs <= since || !isReadable(reader.retention, point.t, now)
        ? { ...point, value: null }
        : point,
    )
  }

  return {
    currencies,
    /** Whether these are in the same currencies and steps. */
    suit: (others: ReadonlyMap<KpiId, string>, { chart, spark }: Shown) =>
      chart.stepMs === stepMs &&
      spark.stepMs === sparkMs &&
      others.size === currencies.size &&
      [...others].every(([id, currency]) => currencies.get(id) === currency),
    async approach(at: Shown, isWanted: () => boolean): Promise<void> {
      await main.approach(mainRange(at), isWanted)
      await corrected.approach(at.chart, isWanted)
      for (const { steps } of sparks) await steps.approach(at.spark, isWanted)
    },
    needs: (at: Shown) => [
      ...main.needs(mainRange(at)),
      ...corrected.needs(at.chart),
      ...sparks.flatMap(({ steps }) => steps.needs(at.spark)),
    ],
    series(at: Shown, now: number): Record<string, Point[]> {
      const points = measured(main.values(mainRange(at)), { id: kpi, stepMs, now })
      const half = points.length / 2
      const series: Record<string, Point[]> = {
        main: corrected.mark(
          at.chart,
          points.slice(half).map(({ t, value }, index) => [t, value, points[index]?.value ?? null]),
        ),
      }
      for (const { ids, steps } of sparks) {
        const values = steps.values(at.spark)
        for (const [index, id] of ids.entries()) {
          const points = values.map(({ t, value }) => ({ t, value: value?.[index] ?? null }))
          series[`spark.${id}`] = measured(points, { id, stepMs: sparkMs, now }).map(
            ({ t, value }) => [t, value],
          )
        }
      }
      return series
    },
    close() {
      for (const steps of [main, corrected, ...sparks.map((spark) => spark.steps)]) steps.close()
    },
  }
}
