import { byteRate, decimal } from '../../lib/format.ts'
import type { ShardCell, StatusCell } from '../../lib/frames.ts'
import { FirstEvent } from '../kpi/first-event.tsx'
import { useAllSeries } from '../live/store.ts'
import { Empty } from '../ui/empty.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { MeasurePanel } from './measure-panel.tsx'
import { MEASURES, type Measure } from './measures.ts'
import { shortId } from './reader-words.ts'
import { ShardLink } from './shard-link.tsx'
import { isFinished } from './shard-list.ts'
import styles from './shard-throughput.module.css'
import { ThroughputChart } from './throughput-chart.tsx'
import { MOST_LINES, shardsToDraw } from './throughput-series.ts'

/** What each shard takes in over time, against what one shard may take in. */
export function ShardThroughput({
  shards,
  status,
}: {
  shards: readonly ShardCell[] | null
  status: StatusCell | undefined
}) {
  const open = shards?.filter((shard) => !isFinished(shard)).length ?? 0
  const note = open > MOST_LINES ? `the ${MOST_LINES} busiest of ${open}` : 'per second'
  return (
    <MeasurePanel title="Throughput by shard" note={note}>
      {(measure) =>
        shards === null || status === undefined ? (
          <Skeleton height={260} />
        ) : status.newestArrivalAt === null ? (
          <FirstEvent status={status} />
        ) : (
          <Lines shards={shards} measure={measure} />
        )
      }
    </MeasurePanel>
  )
}

function Lines({ shards, measure }: { shards: readonly ShardCell[]; measure: Measure }) {
  const series = useAllSeries()
  const { column, label } = MEASURES[measure]
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
  return (
    <div className={styles.layout}>
      <ThroughputChart
        label={`${label} per second by shard`}
        measure={measure}
        series={drawn.map((shard, index) => ({
          id: shard.shardId,
          label: `Shard ${shortId(shard.shardId)}`,
          color: `var(--c${index + 1})`,
          points: pointsOf(shard.shardId),
          kind: 'line',
        }))}
        limitLabel="Limit of a shard"
        height={{ phone: 200, desktop: 260 }}
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
