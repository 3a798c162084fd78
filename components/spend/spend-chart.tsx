import { useState } from 'react'
import type { RuleStanding } from '../../lib/alert-rule.ts'
import { correctionsIn } from '../../lib/correction.ts'
import { money, otherMoney } from '../../lib/format-money.ts'
import { duration } from '../../lib/format-time.ts'
import type { SpendCell } from '../../lib/frames.ts'
import { isFixed, type Period, samePeriod, spanOf, spanWords } from '../../lib/period.ts'
import { HOUR_MS } from '../../lib/time.ts'
import { type Filter, filterList } from '../../lib/view.ts'
import { WINDOWS } from '../../lib/windows.ts'
import { TimeChart } from '../chart/time-chart.tsx'
import { momentIn, useCreatedAgain } from '../former/created-again.ts'
import { useIncarnation } from '../frame/url-state.ts'
import { FilterChip } from '../kpi/filter-chip.tsx'
import { FirstEvent } from '../kpi/first-event.tsx'
import { useChartHeight } from '../kpi/use-chart-height.ts'
import { useKpi } from '../live/catalog.ts'
import { useArrived, useCell, useSeries, useShownNow } from '../live/store.ts'
import { useStaleness } from '../live/use-staleness.ts'
import { TakeAlong } from '../take-along/take-along.tsx'
import { Button } from '../ui/button.tsx'
import { Empty } from '../ui/empty.tsx'
import { EventText } from '../ui/event-text.tsx'
import { Panel } from '../ui/panel.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import styles from './spend.module.css'
import { spendThresholds } from './spend-thresholds.ts'

type Shape = 'window' | 'step'

interface SpendChartProps {
  spend: SpendCell | undefined
  rules: readonly RuleStanding[]
  period: Period
  filter: Filter | undefined
  onClear: () => void
}

/** Spend over the window up to each moment, which is what thresholds compare; or step by step. */
export function SpendChart(props: SpendChartProps) {
  const { spend, period, filter, onClear } = props
  const [shape, setShape] = useState<Shape>('window')
  const status = useCell('status')
  const kpi = useKpi('spend')
  const { stale, note } = useStaleness()
  const words = shapeWords(period, spend?.stepMs)
  return (
    <Panel
      title="Spend"
      note={note ?? noteOf(shape === 'window' ? words.note : 'per step', spend)}
      state={stale ? 'stale' : 'ok'}
      aside={
        <>
          <Segmented<Shape>
            aria-label="What is drawn"
            value={shape}
            onChange={setShape}
            options={[
              { value: 'window', label: words.window },
              { value: 'step', label: words.step },
            ]}
          />
          {spend !== undefined && (
            <TakeAlong
              shown={{
                ...{ kind: 'chart', kpi, stepMs: spend.stepMs, filters: filterList(filter) },
                period: spend.range ?? spend.period,
              }}
              label="Take this chart along"
            />
          )}
        </>
      }
    >
      {filter !== undefined && (
        <div className={styles.filter}>
          <FilterChip filter={filter} onClear={onClear} />
        </div>
      )}
      {spend === undefined || status === undefined ? (
        <Waiting />
      ) : status.newestArrivalAt === null ? (
        <FirstEvent status={status} />
      ) : (
        <Plot {...props} spend={spend} shape={shape} />
      )}
    </Panel>
  )
}

/** The chart is in one currency. */
function noteOf(words: string, spend: SpendCell | undefined): string {
  if (spend === undefined || otherMoney(spend.now).length === 0) return words
  return `${words}, ${spend.currency} only`
}

/** What the two shapes of the chart are called. */
function shapeWords(period: Period, stepMs: number | undefined) {
  const label = spanWords(period)
  const usualMs = isFixed(period) ? undefined : WINDOWS[period].chart.stepMs
  const step = stepMs ?? usualMs
  return {
    window: isFixed(period) ? 'Added up' : `Over ${label}`,
    step: step === undefined ? 'Per step' : `Per ${duration(step)}`,
    note: isFixed(period)
      ? 'since the beginning of the range'
      : `over the ${label} up to each moment`,
  }
}

/** A fixed range stands, all else ends now. */
function axisOf({ period, range }: SpendCell, now: number): { from: number; to: number } {
  if (range !== undefined) return { from: range.from, to: range.to }
  return { from: now - (isFixed(period) ? spanOf(period) : WINDOWS[period].chart.spanMs), to: now }
}

function Waiting() {
  return <Skeleton height={useChartHeight()} />
}

function Plot({
  spend,
  rules,
  period,
  filter,
  shape,
  onClear,
}: SpendChartProps & { spend: SpendCell; shape: Shape }) {
  const kpi = useKpi('spend')
  const height = useChartHeight()
  const points = useSeries('spend')
  const now = useShownNow()
  const asOf = useCell('asOf') ?? 0
  const arrived = useArrived()
  const { stepMs, currency } = spend
  const axis = axisOf(spend, now)
  const again = useCreatedAgain()
  const [incarnation] = useIncarnation()
  const thresholds =
    shape === 'window'
      ? spendThresholds(kpi, rules, { period: spend.period, filter, currency })
      : []
  const nothing = points.every(([, step, over]) => !step && !over)
  if (now === 0 || !samePeriod(spend.period, period)) return <Waiting />
  return (
    <div className={styles.plot} data-stale={!arrived || undefined}>
      <TimeChart
        label="Spend"
        series={[
          shape === 'window'
            ? { id: 'spend', label: 'Spend', points, column: 2, kind: 'area' }
            : { id: 'spend', label: 'Spend', points, column: 1, kind: 'bar' },
        ]}
        {...axis}
        stepMs={stepMs}
        dated={isFixed(period) || spanOf(period) > 12 * HOUR_MS}
        openFrom={isFixed(period) ? undefined : asOf - stepMs}
        unitFormat={(value) => money(value, currency)}
        thresholds={thresholds}
        incomplete={spend.incomplete?.steps ?? []}
        corrections={correctionsIn(points)}
        moments={momentIn(again, axis, incarnation)}
        now={now}
        height={height}
      />
      {nothing && (
        <div className={styles.nothing}>
          <NoSpend
            filter={filter}
            spanMs={axis.to - axis.from}
            isKnown={points.some(([, step]) => step !== null)}
            onClear={onClear}
          />
        </div>
      )}
    </div>
  )
}

function NoSpend({
  filter,
  spanMs,
  isKnown,
  onClear,
}: {
  filter: Filter | undefined
  spanMs: number
  /** Nothing was spent; else nobody knows. */
  isKnown: boolean
  onClear: () => void
}) {
  const span = duration(spanMs)
  if (!isKnown) {
    return (
      <Empty
        compact
        title={`Nothing is known of these ${span}`}
        reason="No event of that time was read, or it is not kept any more."
      />
    )
  }
  if (filter !== undefined) {
    return (
      <Empty
        compact
        title={
          <>
            <EventText text={filter.key} most={80} /> spent nothing in these {span}
          </>
        }
        action={
          <Button size="small" onClick={onClear}>
            Show everything
          </Button>
        }
      />
    )
  }
  return (
    <Empty
      compact
      title={`Nothing was spent in these ${span}`}
      reason={
        <>
          Spend is the sum of <code>cost</code> of all events. A longer window may show more.
        </>
      }
    />
  )
}
