import { useState } from 'react'
import type { RuleStanding } from '../../lib/alert-rule.ts'
import { money } from '../../lib/format-money.ts'
import { duration } from '../../lib/format-time.ts'
import type { SpendCell } from '../../lib/frames.ts'
import { type Filter, filterList } from '../../lib/view.ts'
import { WINDOWS, type WindowId } from '../../lib/windows.ts'
import { TimeChart } from '../chart/time-chart.tsx'
import { FilterChip } from '../kpi/filter-chip.tsx'
import { FirstEvent } from '../kpi/first-event.tsx'
import { useChartHeight } from '../kpi/use-chart-height.ts'
import { useKpi } from '../live/catalog.ts'
import { useArrived, useCell, useSeries, useShownNow } from '../live/store.ts'
import { useStaleness } from '../live/use-staleness.ts'
import { TakeAlong } from '../take-along/take-along.tsx'
import { Button } from '../ui/button.tsx'
import { Empty } from '../ui/empty.tsx'
import { Panel } from '../ui/panel.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import styles from './spend.module.css'
import { spendThresholds } from './spend-thresholds.ts'

type Shape = 'window' | 'step'

interface SpendChartProps {
  spend: SpendCell | undefined
  rules: readonly RuleStanding[]
  window: WindowId
  filter: Filter | undefined
  onClear: () => void
}

/** Spend over the window up to each moment, which is what thresholds compare; or step by step. */
export function SpendChart(props: SpendChartProps) {
  const { spend, window, filter, onClear } = props
  const [shape, setShape] = useState<Shape>('window')
  const status = useCell('status')
  const kpi = useKpi('spend')
  const { stale, note } = useStaleness()
  const { label, chart } = WINDOWS[window]
  return (
    <Panel
      title="Spend"
      note={note ?? (shape === 'window' ? `over the ${label} up to each moment` : 'per step')}
      state={stale ? 'stale' : 'ok'}
      aside={
        <>
          <Segmented<Shape>
            aria-label="What is drawn"
            value={shape}
            onChange={setShape}
            options={[
              { value: 'window', label: `Over ${label}` },
              { value: 'step', label: `Per ${duration(chart.stepMs)}` },
            ]}
          />
          {spend !== undefined && (
            <TakeAlong
              shown={{ kind: 'chart', kpi, window, filters: filterList(filter) }}
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

function Waiting() {
  return <Skeleton height={useChartHeight()} />
}

function Plot({
  spend,
  rules,
  window,
  filter,
  shape,
  onClear,
}: SpendChartProps & { spend: SpendCell; shape: Shape }) {
  const kpi = useKpi('spend')
  const height = useChartHeight()
  const points = useSeries('spend')
  const now = useShownNow()
  const arrived = useArrived()
  const { stepMs, currency } = spend
  const { spanMs } = WINDOWS[window].chart
  const thresholds =
    shape === 'window'
      ? spendThresholds(kpi, rules, { window: spend.window, filter, currency })
      : []
  const nothing = points.every(([, step, over]) => !step && !over)
  if (now === 0) return <Waiting />
  return (
    <div className={styles.plot} data-stale={!arrived || undefined}>
      <TimeChart
        label="Spend"
        series={[
          shape === 'window'
            ? { id: 'spend', label: 'Spend', points, column: 2, kind: 'area' }
            : { id: 'spend', label: 'Spend', points, column: 1, kind: 'bar' },
        ]}
        from={now - spanMs}
        to={now}
        stepMs={stepMs}
        openFrom={now - stepMs}
        unitFormat={(value) => money(value, currency)}
        thresholds={thresholds}
        height={height}
      />
      {nothing && (
        <div className={styles.nothing}>
          <NoSpend filter={filter} spanMs={spanMs} onClear={onClear} />
        </div>
      )}
    </div>
  )
}

function NoSpend({
  filter,
  spanMs,
  onClear,
}: {
  filter: Filter | undefined
  spanMs: number
  onClear: () => void
}) {
  const span = duration(spanMs)
  if (filter !== undefined) {
    return (
      <Empty
        compact
        title={`${filter.key} spent nothing in these ${span}`}
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
