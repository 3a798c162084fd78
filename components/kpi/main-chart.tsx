import { useMemo } from 'react'
import { kpiChange, kpiFigure } from '../../lib/format-kpi.ts'
import { age, clock, duration } from '../../lib/format-time.ts'
import { addsUp, DIMENSION_LABELS, type Kpi } from '../../lib/kpis.ts'
import type { Filter } from '../../lib/view.ts'
import { WINDOWS, type WindowId } from '../../lib/windows.ts'
import { TimeChart } from '../chart/time-chart.tsx'
import { useArrived, useCell, useDataAge, useSeries, useShownNow } from '../live/store.ts'
import { useBands } from '../marks/use-bands.ts'
import { TakeAlong } from '../take-along/take-along.tsx'
import { Button } from '../ui/button.tsx'
import { Change } from '../ui/change.tsx'
import { Empty } from '../ui/empty.tsx'
import { Figure } from '../ui/figure.tsx'
import { chartPoints, chartText, measuredSince, openFrom, stepWords } from './chart-values.ts'
import { FilterChip } from './filter-chip.tsx'
import { FirstEvent } from './first-event.tsx'
import styles from './main-chart.module.css'
import { useChartHeight } from './use-chart-height.ts'
import { useCovered } from './use-covered.ts'
import { useRolled } from './use-rolled.ts'

interface MainChartProps {
  kpi: Kpi
  window: WindowId
  filters: readonly Filter[]
  onLift: (filter: Filter) => void
}

/** The chosen KPI: its figure, and its way here with the window before as a thin line. */
export function MainChart(props: MainChartProps) {
  const { kpi, window, filters, onLift } = props
  const status = useCell('status')
  const waiting = status !== undefined && status.newestArrivalAt === null
  return (
    <section className={styles.panel} aria-label={kpi.label}>
      <header className={styles.header}>
        <ChosenKpi kpi={kpi} window={window} />
        {filters.map((filter, at) => (
          <FilterChip
            key={filter.dimension}
            filter={filter}
            byEscape={at === filters.length - 1}
            onClear={() => onLift(filter)}
          />
        ))}
        <div className={styles.end}>
          <Legend kpi={kpi} window={window} />
          {!waiting && (
            <TakeAlong
              shown={{ kind: 'chart', kpi, window, filters }}
              label="Take this chart along"
            />
          )}
        </div>
      </header>
      {waiting ? <FirstEvent status={status} /> : <Plot {...props} />}
    </section>
  )
}

function ChosenKpi({ kpi, window }: { kpi: Kpi; window: WindowId }) {
  const cell = useCell(`kpi.${kpi.id}`)
  const rolled = useRolled(cell?.now.value ?? null)
  const { label } = WINDOWS[window]
  const spanMs = useCovered(window, kpi.id)
  const now = cell?.now ?? { value: null }
  const shown = kpiFigure(kpi, { ...now, value: cell === undefined ? null : rolled }, spanMs)
  return (
    <div className={styles.chosen}>
      <h2 className={styles.name} title={kpi.help}>
        {kpi.label}
      </h2>
      <Figure
        text={shown.text}
        exact={kpiFigure(kpi, now, spanMs).exact}
        unit={shown.unit}
        size={28}
      />
      {cell !== undefined && (
        <span className={styles.against}>
          <Change change={kpiChange(kpi, cell.now, cell.before)} />
          <span className={styles.words}>against the {label} before</span>
        </span>
      )}
    </div>
  )
}

function Legend({ kpi, window }: { kpi: Kpi; window: WindowId }) {
  const { chart, label } = WINDOWS[window]
  return (
    <div className={styles.legend}>
      <span className={styles.step}>
        {stepWords(kpi, { step: duration(chart.stepMs), window: label })}
      </span>
      <span>
        <i className={styles.now} />
        now
      </span>
      <span>
        <i className={styles.before} />
        {beforeWords(window)} before
      </span>
    </div>
  )
}

function Plot({ kpi, window, filters, onLift }: MainChartProps) {
  const height = useChartHeight()
  const chart = useCell('chart')
  const points = useSeries('main')
  const status = useCell('status')
  const now = useShownNow()
  const arrived = useArrived()
  const newestAt = status?.newestArrivalAt ?? null
  const bands = useBands({ kpi: kpi.id, currency: chart?.currency, filters })
  const drawn = chart?.kpi === kpi.id && chart.window === window ? chart : undefined
  const stepMs = drawn?.stepMs ?? WINDOWS[window].chart.stepMs
  const spanMs = drawn?.spanMs ?? WINDOWS[window].chart.spanMs
  const series = useMemo(() => {
    const inUnit = chartPoints(kpi, points, { stepMs, now, newestAt })
    return [
      {
        id: 'before',
        label: `${beforeWords(window)} before`,
        points: inUnit,
        column: 2,
        kind: 'line',
        before: true,
      },
      {
        id: 'now',
        label: kpi.label,
        color: 'var(--accent)',
        points: inUnit,
        column: 1,
        kind: 'area',
      },
    ] as const
  }, [kpi, window, points, stepMs, now, newestAt])
  if (drawn === undefined || now === 0) return <div style={{ height }} />

  const currency = drawn.currency
  const text = (value: number) => chartText(kpi, value, currency)
  const nothing = points.every((point) => !point[1])
  const firstAt = addsUp(kpi) ? measuredSince(points, { from: now - spanMs, stepMs }) : undefined
  return (
    <div className={styles.plot} data-stale={!arrived || undefined}>
      <TimeChart
        label={kpi.label}
        series={series}
        from={now - spanMs}
        to={now}
        stepMs={stepMs}
        unitFormat={text}
        height={height}
        bands={bands}
        openFrom={openFrom({ stepMs, now, newestAt })}
        changeText={(value, then) => {
          const change = kpiChange(kpi, { value }, { value: then })
          const sign = { up: '▲ ', down: '▼ ', flat: '' }[change.direction]
          return change.kind === 'change' ? `${sign}${change.text}` : change.text
        }}
      />
      {drawn.measuredFrom !== undefined && drawn.measuredFrom > now - spanMs ? (
        <span className={styles.since}>
          {filters.length > 1 ? 'together measured' : 'measured'} since {clock(drawn.measuredFrom)}
        </span>
      ) : (
        firstAt !== undefined &&
        !nothing && <span className={styles.since}>no events before {clock(firstAt)}</span>
      )}
      {nothing && (
        <div className={styles.nothing}>
          <NothingHere kpi={kpi} spanMs={spanMs} filters={filters} onLift={onLift} />
        </div>
      )}
    </div>
  )
}

function NothingHere({
  kpi,
  spanMs,
  filters,
  onLift,
}: {
  kpi: Kpi
  spanMs: number
  filters: readonly Filter[]
  onLift: (filter: Filter) => void
}) {
  const data = useDataAge()
  const span = duration(spanMs)
  const name = kpi.label
  const newest = filters.at(-1)
  if (newest !== undefined) {
    const named = filters.map(({ dimension }) => DIMENSION_LABELS[dimension].one).join(' and ')
    return (
      <Empty
        compact
        title={`Nothing for this ${named} in these ${span}`}
        reason={`${name} of ${filters.map(({ key }) => key).join(' and ')}: no events.`}
        action={
          <Button size="small" onClick={() => onLift(newest)}>
            {filters.length > 1 ? `Show all of ${filters[0]?.key}` : 'Show everything'}
          </Button>
        }
      />
    )
  }
  const last = data.ms === null ? '' : ` The newest event arrived ${age(data.ms)} ago.`
  return <Empty compact title={`No ${inSentence(name)} in these ${span}`} reason={last} />
}

/** "Page views" → "page views", but "CTR" stays. */
const inSentence = (label: string): string =>
  /^[A-Z][a-z]/.test(label) ? label.charAt(0).toLowerCase() + label.slice(1) : label

/** How far back the thin line was measured: the chart's span, which may be longer than the window. */
function beforeWords(window: WindowId): string {
  const { chart, spanMs, label } = WINDOWS[window]
  return chart.spanMs === spanMs ? label : duration(chart.spanMs)
}
