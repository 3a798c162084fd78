import { useState } from 'react'
import { byteRate, decimal } from '../../lib/format.ts'
import type { ShardCell, StatusCell } from '../../lib/frames.ts'
import { TimeChart } from '../chart/time-chart.tsx'
import { FirstEvent } from '../kpi/first-event.tsx'
import { useAllSeries, useShownNow } from '../live/store.ts'
import { usePhone } from '../live/use-media.ts'
import { useStaleness } from '../live/use-staleness.ts'
import { Empty } from '../ui/empty.tsx'
import { Panel } from '../ui/panel.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { MEASURE_OPTIONS, MEASURES, type Measure, PHONE_STEP_MS } from './measures.ts'
import { shortId } from './reader-words.ts'
import { ShardLink } from './shard-link.tsx'
import { isFinished } from './shard-list.ts'
import styles from './shard-throughput.module.css'
import { coarser, MOST_LINES, shardsToDraw, spanOf, stepOf } from './throughput-series.ts'

/** What each shard takes in over time, against what one shard may take in. */
export function ShardThroughput({
  shards,
  status,
}: {
  shards: readonly ShardCell[] | null
  status: StatusCell | undefined
}) {
  const [measure, setMeasure] = useState<Measure>('records')
  const { stale, note } = useStaleness()
  const open = shards?.filter((shard) => !isFinished(shard)).length ?? 0
  return (
    <Panel
      title="Throughput by shard"
      note={note ?? (open > MOST_LINES ? `the ${MOST_LINES} busiest of ${open}` : 'per second')}
      state={stale ? 'stale' : 'ok'}
      aside={
        <Segmented
          aria-label="Measure"
          value={measure}
          options={MEASURE_OPTIONS}
          onChange={setMeasure}
        />
      }
    >
      {shards === null || status === undefined ? (
        <Skeleton height={260} />
      ) : status.newestArrivalAt === null ? (
        <FirstEvent status={status} />
      ) : (
        <Lines shards={shards} measure={measure} />
      )}
    </Panel>
  )
}

function Lines({ shards, measure }: { shards: readonly ShardCell[]; measure: Measure }) {
  const series = useAllSeries()
  const now = useShownNow()
  const phone = usePhone()
  const { column, limit, limitText, format } = MEASURES[measure]
  const pointsOf = (shardId: string) => series[`shard.${shardId}`] ?? []
  const drawn = shardsToDraw(shards, pointsOf, column)
  if (drawn.length === 0) {
    return (
      <Empty
        title="No shard to draw"
        reason={
          shards.length === 0
            ? 'No shard is known yet.'
            : 'Every known shard is closed and read to its end.'
        }
      />
    )
  }
  const fine = drawn.map((shard) => pointsOf(shard.shardId))
  const fineMs = stepOf(fine)
  const factor = phone ? Math.ceil(PHONE_STEP_MS / fineMs) : 1
  const stepMs = fineMs * factor
  const points = fine.map((each) => coarser(each, fineMs, factor))
  return (
    <div className={styles.layout}>
      <TimeChart
        label={measure === 'records' ? 'Records per second by shard' : 'Bytes per second by shard'}
        series={drawn.map((shard, index) => ({
          id: shard.shardId,
          label: `Shard ${shortId(shard.shardId)}`,
          color: `var(--c${index + 1})`,
          points: points[index] ?? [],
          column,
          kind: 'line',
        }))}
        from={now - spanOf(points)}
        to={now}
        stepMs={stepMs}
        openFrom={now - stepMs}
        unitFormat={format}
        thresholds={[{ value: limit, label: `Limit of a shard: ${limitText}`, tone: 'warn' }]}
        height={phone ? 200 : 260}
      />
      <ul className={styles.key} aria-label="Shards drawn">
        {drawn.map((shard, index) => (
          <li key={shard.shardId}>
            <ShardLink shardId={shard.shardId} className={styles.entry} title={shard.shardId}>
              <span className={styles.swatch} style={{ background: `var(--c${index + 1})` }} />
              <span className={styles.name}>Shard {shortId(shard.shardId)}</span>
              <span className={styles.rate}>
                {measure === 'records'
                  ? `${decimal(shard.recordsPerSecond)}/s`
                  : byteRate(shard.bytesPerSecond)}
              </span>
            </ShardLink>
          </li>
        ))}
      </ul>
    </div>
  )
}
