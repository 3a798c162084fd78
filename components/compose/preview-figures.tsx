import { useMemo } from 'react'
import { coveredOf, rangeOf } from '../../lib/covered.ts'
import { count } from '../../lib/format.ts'
import { kpiFigure } from '../../lib/format-kpi.ts'
import { clock } from '../../lib/format-time.ts'
import type { Point, PreviewCell } from '../../lib/frames.ts'
import type { KpiValue } from '../../lib/kpi-value.ts'
import { DIMENSION_LABELS, type Kpi } from '../../lib/kpis.ts'
import { rateUnit } from '../../lib/rate-unit.ts'
import { WINDOWS } from '../../lib/windows.ts'
import { TimeChart } from '../chart/time-chart.tsx'
import { chartPoints, chartText, openFrom } from '../kpi/chart-values.ts'
import { useRolled } from '../kpi/use-rolled.ts'
import { useCell, useShownNow } from '../live/store.ts'
import { barPart } from '../ui/bar-part.ts'
import { Figure } from '../ui/figure.tsx'
import { MiddleCut } from '../ui/middle-cut.tsx'
import { Others } from '../ui/others.tsx'
import styles from './kpi-preview.module.css'
import type { PreviewWindow } from './use-preview-view.ts'

/** A draft and what is known of it, of one moment. */
export interface PreviewShown {
  kpi: Kpi
  window: PreviewWindow
  cell: PreviewCell
  points: readonly Point[]
}

const HEIGHT = 168

/** The figure with its unit, its way here, and the first keys. */
export function PreviewFigures({ shown }: { shown: PreviewShown }) {
  const { kpi, cell, window } = shown
  const rolled = useRolled(cell.value.value)
  const { ms, isPart } = coveredBy(shown)
  const rate = rateUnit(cell.value.value, ms)
  const { text, unit } = kpiFigure(kpi, { ...cell.value, value: rolled }, ms, rate)
  const { exact, others } = kpiFigure(kpi, cell.value, ms)
  return (
    <>
      <p className={styles.now}>
        <Figure text={text} unit={unit} exact={exact} size={28} />
        <Others of={others} />
        <span className={styles.over}>
          {isPart ? `since ${clock(cell.from)}` : `over the last ${WINDOWS[window].label}`}
        </span>
      </p>
      <PreviewChart shown={shown} />
      <TopKeys shown={shown} />
    </>
  )
}

/** What rates are over: see `coveredOf`. `isPart`: not the whole window. */
function coveredBy({ cell, window }: PreviewShown): { ms: number; isPart: boolean } {
  const range = rangeOf(window, cell.asOf)
  const { from, to } = coveredOf(range, { since: cell.from, now: cell.asOf })
  return { ms: to - from, isPart: from > range.from }
}

function PreviewChart({ shown }: { shown: PreviewShown }) {
  const { kpi, cell, points } = shown
  const now = useShownNow()
  const newestAt = useCell('status')?.newestArrivalAt ?? null
  const { stepMs, spanMs, currency, asOf, from: since } = cell
  const rate = rateUnit(cell.value.value, coveredBy(shown).ms)
  const series = useMemo(
    () => [
      {
        id: 'now',
        label: kpi.label,
        color: 'var(--accent)',
        points: chartPoints(kpi, points, { stepMs, now: asOf, newestAt, rate, since }),
        column: 1,
        kind: 'area' as const,
      },
    ],
    [kpi, points, stepMs, asOf, newestAt, rate, since],
  )
  if (now === 0) return <div style={{ height: HEIGHT }} />
  return (
    <TimeChart
      label={kpi.label}
      series={series}
      from={now - spanMs}
      to={now}
      stepMs={stepMs}
      unitFormat={(value) => chartText(kpi, value, currency, rate)}
      height={HEIGHT}
      openFrom={openFrom({ stepMs, now: asOf, newestAt })}
    />
  )
}

function TopKeys({ shown }: { shown: PreviewShown }) {
  const { kpi, cell } = shown
  const { top } = cell
  if (top === null || top.rows.length === 0) return null
  const amount = ({ value, currency }: KpiValue) => (currency === cell.currency ? value : null)
  const most = Math.max(...top.rows.map(({ value }) => amount(value) ?? 0))
  const { ms } = coveredBy(shown)
  const rate = rateUnit(most, ms)
  const rest = top.keys - top.rows.length
  return (
    <>
      <h3 className={styles.heading}>
        By {DIMENSION_LABELS[top.dimension].one}
        {rest > 0 && <span className={styles.rest}>and {count(rest)} more</span>}
      </h3>
      <ul className={styles.keys}>
        {top.rows.map(({ key, value }) => {
          const figure = kpiFigure(kpi, value, ms, rate)
          return (
            <li key={key} className={styles.key}>
              <span
                className={styles.bar}
                style={{ width: `${barPart(amount(value), most) * 100}%` }}
              />
              <MiddleCut text={key} tail={8} className={styles.keyText ?? ''} />
              <span>
                <Figure text={figure.text} unit={figure.unit} exact={figure.exact} size={13} />
                <Others of={figure.others} below brief />
              </span>
            </li>
          )
        })}
      </ul>
    </>
  )
}
