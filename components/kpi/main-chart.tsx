import { useMemo } from 'react'
import { correctionsIn } from '../../lib/correction.ts'
import { inSentence, kpiChange, kpiFigure } from '../../lib/format-kpi.ts'
import { otherMoney } from '../../lib/format-money.ts'
import { dayTime } from '../../lib/format-range.ts'
import { age, clock, duration, moment } from '../../lib/format-time.ts'
import type { ChartCell } from '../../lib/frames.ts'
import { addsUp, DIMENSION_LABELS, type Kpi } from '../../lib/kpis.ts'
import { isFixed, type Period, samePeriod, spanOf, spanWords } from '../../lib/period.ts'
import { type RateUnit, rateUnit } from '../../lib/rate-unit.ts'
import { textInWords } from '../../lib/shown-text.ts'
import { HOUR_MS, MINUTE_MS } from '../../lib/time.ts'
import type { Filter } from '../../lib/view.ts'
import { WINDOWS } from '../../lib/windows.ts'
import { CorrectionSample } from '../chart/corrections.tsx'
import { LackSample } from '../chart/lacks.tsx'
import type { ChartMoment } from '../chart/moments.tsx'
import { TimeChart } from '../chart/time-chart.tsx'
import { momentIn, useCreatedAgain } from '../former/created-again.ts'
import { useCompare, useIncarnation } from '../frame/url-state.ts'
import {
  serverNow,
  useArrived,
  useCell,
  useDataAge,
  useSeries,
  useServerNow,
  useShownNow,
} from '../live/store.ts'
import { useBands } from '../marks/use-bands.ts'
import { TakeAlong } from '../take-along/take-along.tsx'
import { Button } from '../ui/button.tsx'
import { Change } from '../ui/change.tsx'
import { Empty } from '../ui/empty.tsx'
import { EventText } from '../ui/event-text.tsx'
import { Figure } from '../ui/figure.tsx'
import { Others } from '../ui/others.tsx'
import { chartPoints, chartText, measuredSince, openFrom, stepWords } from './chart-values.ts'
import { FilterChip } from './filter-chip.tsx'
import { FirstEvent } from './first-event.tsx'
import styles from './main-chart.module.css'
import { changeOver } from './rate-time.ts'
import { useChartHeight } from './use-chart-height.ts'
import { useCovered, useRateTime, useRateWords } from './use-covered.ts'
import { useRolled } from './use-rolled.ts'

interface MainChartProps {
  kpi: Kpi
  period: Period
  filters: readonly Filter[]
  onLift: (filter: Filter) => void
}

/** The chosen KPI: its figure, and its way here with the window before as a thin line. */
export function MainChart(props: MainChartProps) {
  const { kpi, period, filters, onLift } = props
  const drawn = useDrawn(kpi, period)
  const status = useCell('status')
  const waiting = status !== undefined && status.newestArrivalAt === null
  return (
    <section className={styles.panel} aria-label={kpi.label}>
      <header className={styles.header}>
        <ChosenKpi kpi={kpi} period={period} />
        {filters.map((filter, at) => (
          <FilterChip
            key={filter.dimension}
            filter={filter}
            byEscape={at === filters.length - 1}
            onClear={() => onLift(filter)}
          />
        ))}
        <div className={styles.end}>
          <Legend kpi={kpi} period={period} />
          {!waiting && drawn !== undefined && (
            <TakeAlong
              shown={{
                ...{ kind: 'chart', kpi, filters, stepMs: drawn.stepMs },
                period: drawn.range ?? period,
              }}
              label="Take this chart along"
            />
          )}
        </div>
      </header>
      {waiting ? <FirstEvent status={status} /> : <Plot {...props} />}
    </section>
  )
}

/** The chart's cell, once it is the one of this KPI and period. */
function useDrawn(kpi: Kpi, period: Period): ChartCell | undefined {
  const chart = useCell('chart')
  return chart?.kpi === kpi.id && samePeriod(chart.period, period) ? chart : undefined
}

/** What the chosen KPI is counted by, in its figure and in the chart. */
function useRate(kpi: Kpi): RateUnit {
  const cell = useCell(`kpi.${kpi.id}`)
  return rateUnit(cell?.now.value, useCovered(kpi))
}

function ChosenKpi({ kpi, period }: { kpi: Kpi; period: Period }) {
  const cell = useCell(`kpi.${kpi.id}`)
  const rolled = useRolled(cell?.now.value ?? null)
  const [compare] = useCompare()
  const drawn = useDrawn(kpi, period)
  const over = useRateTime(kpi)
  const overWords = useRateWords(kpi)
  const now = cell?.now ?? { value: null }
  const rate = useRate(kpi)
  const shown = kpiFigure(kpi, { ...now, value: cell === undefined ? null : rolled }, over.ms, rate)
  const { exact, others } = kpiFigure(kpi, now, over.ms)
  return (
    <div className={styles.chosen}>
      <h2 className={styles.name} title={kpi.help}>
        {kpi.label}
      </h2>
      <Figure text={shown.text} exact={exact} unit={shown.unit} size={28} />
      <Others of={others} most={3} />
      {overWords !== undefined && (
        <span
          className={styles.over}
          title={`The rate is over the ${overWords}: nothing is known before ${moment(over.from, serverNow())}`}
        >
          over the {overWords}
        </span>
      )}
      {cell !== undefined && compare && (
        <span className={styles.against}>
          <Change change={kpiChange(kpi, cell.now, cell.before, changeOver(over))} />
          <span className={styles.words}>
            against the {spanWords(drawn?.range ?? period)} before
          </span>
        </span>
      )}
    </div>
  )
}

function Legend({ kpi, period }: { kpi: Kpi; period: Period }) {
  const [compare, setCompare] = useCompare()
  const points = useSeries('main')
  const drawn = useDrawn(kpi, period)
  const stepMs = drawn?.stepMs ?? (isFixed(period) ? undefined : WINDOWS[period].chart.stepMs)
  const now = useCell(`kpi.${kpi.id}`)?.now
  const others = now === undefined ? [] : otherMoney(now)
  return (
    <div className={styles.legend}>
      {others.length > 0 && (
        <span className={styles.step} title="What is in other currencies is not drawn">
          {drawn?.currency ?? now?.currency} only
        </span>
      )}
      {stepMs !== undefined && (
        <span className={styles.step}>
          {stepWords(kpi, {
            step: duration(stepMs),
            window: isOverWindow(period) ? spanWords(period) : undefined,
          })}
        </span>
      )}
      <span>
        <i className={styles.now} />
        {isFixed(period) ? 'then' : 'now'}
      </span>
      <button
        type="button"
        className={styles.compare}
        aria-pressed={compare}
        title={`${compare ? 'Hide' : 'Show'} the period before  X`}
        onClick={() => setCompare(!compare)}
      >
        <i className={styles.before} />
        {beforeWords(drawn?.range ?? period)} before
      </button>
      {(drawn?.incomplete?.steps.length ?? 0) > 0 && (
        <span title="Some of what was stored of these steps is damaged: the chart lacks it for good">
          <LackSample />
          incomplete
        </span>
      )}
      {correctionsIn(points).length > 0 && (
        <span title="Late events came after the step was over: it was shown without them before">
          <CorrectionSample />
          corrected
        </span>
      )}
    </div>
  )
}

function Plot({ kpi, period, filters, onLift }: MainChartProps) {
  const height = useChartHeight()
  const points = useSeries('main')
  const status = useCell('status')
  const moves = useShownNow()
  const arrived = useArrived()
  const [compare] = useCompare()
  const drawn = useDrawn(kpi, period)
  const again = useCreatedAgain()
  const [incarnation] = useIncarnation()
  const corrections = useMemo(() => correctionsIn(points), [points])
  const bands = useBands({ kpi: kpi.id, currency: drawn?.currency, filters })
  const newestAt = status?.newestArrivalAt ?? null
  const stepMs = drawn?.stepMs ?? MINUTE_MS
  const earlierMs = drawn?.spanMs ?? 0
  const rate = useRate(kpi)
  const since = drawn?.measuredFrom ?? drawn?.known.since ?? null
  // Of the past nothing is still on its way.
  const asOf = useCell('asOf') ?? 0
  const now = isFixed(period) ? Number.POSITIVE_INFINITY : asOf
  const series = useMemo(() => {
    const inUnit = chartPoints(kpi, points, { stepMs, now, newestAt, rate, since, earlierMs })
    const before = {
      id: 'before',
      label: `${beforeWords(drawn?.range ?? period)} before`,
      points: inUnit,
      column: 2,
      kind: 'line',
      before: true,
    } as const
    const line = {
      id: 'now',
      label: kpi.label,
      color: 'var(--accent)',
      points: inUnit,
      column: 1,
      kind: 'area',
    } as const
    return compare ? [before, line] : [line]
  }, [kpi, period, drawn?.range, points, stepMs, now, newestAt, rate, since, earlierMs, compare])
  if (drawn === undefined || moves === 0) return <div style={{ height }} />

  const { from, to } = axisOf(drawn, moves)
  const { currency } = drawn
  const text = (value: number) => chartText(kpi, value, currency, rate)
  const moments = momentIn(again, { from, to }, incarnation)
  const nothing = points.every((point) => !point[1])
  const firstAt = addsUp(kpi) && !nothing ? measuredSince(points, { from, stepMs }) : undefined
  const timeText = (t: number) => (isDated(period) ? dayTime(t, moves) : clock(t))
  const caption = captionOf(drawn, {
    ...{ from, firstAt, filters, timeText },
    ...{ begins: moments[0], now: moves },
  })
  return (
    <div className={styles.plot} data-stale={!arrived || undefined}>
      <TimeChart
        label={kpi.label}
        series={series}
        from={from}
        to={to}
        stepMs={stepMs}
        dated={isDated(period)}
        unitFormat={text}
        height={height}
        bands={bands}
        incomplete={drawn.incomplete?.steps ?? []}
        moments={moments}
        corrections={corrections}
        now={moves}
        openFrom={isFixed(period) ? undefined : openFrom({ stepMs, now, newestAt })}
        changeText={(value, then) => {
          const change = kpiChange(kpi, { value }, { value: then })
          const sign = { up: '▲ ', down: '▼ ', flat: '' }[change.direction]
          return change.kind === 'change' ? `${sign}${change.text}` : change.text
        }}
      />
      {caption !== undefined && <span className={styles.since}>{caption}</span>}
      {nothing && (
        <div className={styles.nothing}>
          <NothingHere kpi={kpi} period={period} drawn={drawn} filters={filters} onLift={onLift} />
        </div>
      )}
    </div>
  )
}

/** Since when there is something to draw; undefined: since before the chart begins. */
function captionOf(
  { measuredFrom }: ChartCell,
  at: {
    from: number
    firstAt: number | undefined
    begins: ChartMoment | undefined
    filters: readonly Filter[]
    now: number
    timeText: (t: number) => string
  },
): string | undefined {
  if (at.begins !== undefined) return at.begins.caption(at.timeText(at.begins.at))
  if (measuredFrom !== undefined && measuredFrom > at.from) {
    const together = at.filters.length > 1 ? 'together measured' : 'measured'
    return `${together} since ${moment(measuredFrom, at.now)}`
  }
  return at.firstAt === undefined ? undefined : `no events before ${at.timeText(at.firstAt)}`
}

/** A fixed range stands, all else ends now. */
const axisOf = ({ range, spanMs }: ChartCell, now: number) =>
  range ?? { from: now - spanMs, to: now }

/** Whether times need their days. */
const isDated = (period: Period): boolean => isFixed(period) || spanOf(period) > 12 * HOUR_MS

const isOverWindow = (period: Period): boolean =>
  !isFixed(period) && WINDOWS[period].pointsOver === 'window'

function NothingHere({
  kpi,
  period,
  drawn,
  filters,
  onLift,
}: {
  kpi: Kpi
  period: Period
  drawn: ChartCell
  filters: readonly Filter[]
  onLift: (filter: Filter) => void
}) {
  const data = useDataAge()
  const now = useServerNow(10_000)
  const again = useCreatedAgain()
  const [incarnation] = useIncarnation()
  const span = duration(drawn.spanMs)
  const name = kpi.label
  const newest = filters.at(-1)
  if (newest !== undefined) {
    const named = filters.map(({ dimension }) => DIMENSION_LABELS[dimension].one).join(' and ')
    return (
      <Empty
        compact
        title={`Nothing for this ${named} in these ${span}`}
        reason={
          <>
            {name} of{' '}
            {filters.map(({ dimension, key }, at) => (
              <span key={dimension}>
                {at > 0 && ' and '}
                <EventText text={key} most={80} />
              </span>
            ))}
            : no events.
          </>
        }
        action={
          <Button size="small" onClick={() => onLift(newest)}>
            {filters.length > 1
              ? `Show all of ${textInWords(filters[0]?.key ?? '')}`
              : 'Show everything'}
          </Button>
        }
      />
    )
  }
  const title = `No ${inSentence(name)} in these ${span}`
  if (isFixed(period)) {
    const isFormer = incarnation === undefined && (drawn.range?.to ?? now) <= (again?.at ?? 0)
    const reason = isFormer ? OF_THE_FORMER : whyNothing(drawn, now)
    return <Empty compact title={title} reason={reason} />
  }
  const last = data.ms === null ? '' : ` The newest event arrived ${age(data.ms)} ago.`
  return <Empty compact title={title} reason={last} />
}

const OF_THE_FORMER =
  'The stream that is read was created later: what happened then was counted of the former one.'

function whyNothing({ known, range }: ChartCell, now: number): string {
  const to = range?.to ?? now
  if (to <= known.keptFrom) return `What is older than ${dayTime(known.keptFrom, now)} is not kept.`
  if (known.since === null) return 'No event has come yet.'
  return to <= known.since
    ? `The first event known is of ${dayTime(known.since, now)}.`
    : 'Nothing of it happened then.'
}

/** How far back the thin line was measured: the chart's span, which may be longer than the window. */
function beforeWords(period: Period): string {
  if (isFixed(period)) return spanWords(period)
  const { chart, spanMs, label } = WINDOWS[period]
  return chart.spanMs === spanMs ? label : duration(chart.spanMs)
}
