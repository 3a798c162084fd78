import { useState } from 'react'
import { percent } from '../../lib/format.ts'
import type { ShardCell } from '../../lib/frames.ts'
import { TimeChart } from '../chart/time-chart.tsx'
import { useSeries, useShownNow } from '../live/store.ts'
import { usePhone } from '../live/use-media.ts'
import { useStaleness } from '../live/use-staleness.ts'
import { MEASURE_OPTIONS, MEASURES, type Measure, PHONE_STEP_MS } from '../shards/measures.ts'
import { isFinished } from '../shards/shard-list.ts'
import { coarser, spanOf, stepOf } from '../shards/throughput-series.ts'
import { Empty } from '../ui/empty.tsx'
import { Panel } from '../ui/panel.tsx'
import { Segmented } from '../ui/segmented.tsx'

/** What the shard takes in over time, against what a shard may take in. */
export function ThroughputPanel({ shard }: { shard: ShardCell }) {
  const [measure, setMeasure] = useState<Measure>('records')
  const { stale, note } = useStaleness()
  const share = `per second, ${percent(shard.trafficShare)} of the stream's records`
  return (
    <Panel
      title="Throughput"
      note={note ?? (shard.trafficShare === null ? 'per second' : share)}
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
      <Throughput shard={shard} measure={measure} />
    </Panel>
  )
}

function Throughput({ shard, measure }: { shard: ShardCell; measure: Measure }) {
  const fine = useSeries(`shard.${shard.shardId}`)
  const now = useShownNow()
  const phone = usePhone()
  if (fine.length < 2) return <NothingDrawn shard={shard} />
  const { column, limit, limitText, format } = MEASURES[measure]
  const fineMs = stepOf([fine])
  const factor = phone ? Math.ceil(PHONE_STEP_MS / fineMs) : 1
  const stepMs = fineMs * factor
  const points = coarser(fine, fineMs, factor)
  const label = measure === 'records' ? 'Records' : 'Bytes'
  return (
    <TimeChart
      label={`${label} per second of ${shard.shardId}`}
      series={[{ id: measure, label, points, column, kind: 'area' }]}
      from={now - spanOf([points])}
      to={now}
      stepMs={stepMs}
      openFrom={now - stepMs}
      unitFormat={format}
      thresholds={[{ value: limit, label: `Limit: ${limitText}`, tone: 'warn' }]}
      height={phone ? 180 : 220}
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
