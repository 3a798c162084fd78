import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { ConsumerReadings } from './stream/consumer-readings.ts'

/** The worker's half of `GET /metrics`. Counters are all-time, as committed totals are. */
export function createPipelineMetrics(readings: () => ConsumerReadings | undefined) {
  const registry = new Registry()
  const registers = [registry]
  const perShard = (name: string, help: string) =>
    new Gauge({ name, help, labelNames: ['shard'] as const, registers })
  const records = new Counter({
    name: 'kinesight_records_total',
    help: 'Records read, by shard.',
    labelNames: ['shard'] as const,
    registers,
  })
  const bytes = new Counter({
    name: 'kinesight_record_bytes_total',
    help: 'Bytes of records read, by shard.',
    labelNames: ['shard'] as const,
    registers,
  })
  const events = new Counter({
    name: 'kinesight_events_total',
    help: 'Events read, by shard and fate.',
    labelNames: ['shard', 'fate'] as const,
    registers,
  })
  const lag = perShard('kinesight_millis_behind_latest', 'How far a shard is read behind its tip.')
  const remembered = new Gauge({
    name: 'kinesight_remembered_ids',
    help: 'Ids in the de-duplication memory.',
    registers,
  })
  const commits = new Histogram({
    name: 'kinesight_commit_seconds',
    help: 'How long a commit took.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
    registers,
  })
  return {
    committed: (ms: number) => commits.observe(ms / 1_000),
    text(): Promise<string> {
      const now = readings()
      for (const metric of [records, bytes, events, lag]) metric.reset()
      for (const { progress, lagMs } of now?.shards ?? []) {
        const shard = progress.shardId
        records.inc({ shard }, progress.records)
        bytes.inc({ shard }, progress.bytes)
        lag.set({ shard }, lagMs)
        for (const [fate, n] of Object.entries(progress.fates)) events.inc({ shard, fate }, n)
      }
      remembered.set(now?.rememberedIds ?? 0)
      return registry.metrics()
    },
  }
}
