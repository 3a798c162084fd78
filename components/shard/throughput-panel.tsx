import { percent } from '../../lib/format.ts'
import type { ShardCell } from '../../lib/frames.ts'
import { useSeries } from '../live/store.ts'
import { MeasurePanel } from '../shards/measure-panel.tsx'
import { MEASURES, type Measure } from '../shards/measures.ts'
import { isFinished } from '../shards/shard-list.ts'
import { ThroughputChart } from '../shards/throughput-chart.tsx'
import { Empty } from '../ui/empty.tsx'

/** What the shard takes in over time, against what a shard may take in. */
export function ThroughputPanel({ shard }: { shard: ShardCell }) {
  const share = `per second, ${percent(shard.trafficShare)} of the stream's records`
  return (
    <MeasurePanel title="Throughput" note={shard.trafficShare === null ? 'per second' : share}>
      {(measure) => <Throughput shard={shard} measure={measure} />}
    </MeasurePanel>
  )
}

function Throughput({ shard, measure }: { shard: ShardCell; measure: Measure }) {
  const points = useSeries(`shard.${shard.shardId}`)
  if (points.length < 2) return <NothingDrawn shard={shard} />
  const { label } = MEASURES[measure]
  return (
    <ThroughputChart
      label={`${label} per second of ${shard.shardId}`}
      measure={measure}
      series={[{ id: measure, label, points, kind: 'area' }]}
      limitLabel="Limit"
      height={{ phone: 180, desktop: 220 }}
    />
  )
}

function NothingDrawn({ shard }: { shard: ShardCell }) {
  return (
    <Empty
      title="Nothing to draw"
      reason={
        isFinished(shard)
          ? 'The shard is closed: it takes no more records.'
          : 'Nothing was read in the last minutes.'
      }
    />
  )
}
