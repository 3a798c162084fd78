import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { DamageCell } from '../lib/frames.ts'
import { SECOND_MS } from '../lib/time.ts'
import type { Clock } from './platform/clock.ts'
import type { ConsumerReadings, ShardReading } from './stream/consumer-readings.ts'

type Readings = ConsumerReadings & { damage: DamageCell; incarnation: number }

/**
 * The worker's half of `GET /metrics`, named as the field does. What is told by shard from its progress is
 * all-time, as committed totals are; reads and restarts count from the start of the process.
 */
export function createPipelineMetrics(
  readings: () => Readings | undefined,
  clock: Pick<Clock, 'now'>,
) {
  const registry = new Registry()
  const shards = shardMetrics(registry)
  const whole = wholeMetrics(registry)
  const commits = new Histogram({
    name: 'kinesight_commit_seconds',
    help: 'How long a commit took.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.02, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
    registers: [registry],
  })
  return {
    committed: (ms: number) => commits.observe(ms / SECOND_MS),
    text(): Promise<string> {
      const now = readings()
      shards.show(now?.shards ?? [], clock.now())
      whole.show(now)
      return registry.metrics()
    },
  }
}

function shardMetrics(registry: Registry) {
  const registers = [registry]
  const counter = <Label extends string>(name: string, help: string, ...labels: Label[]) =>
    new Counter({ name, help, labelNames: ['shard', ...labels] as const, registers })
  const gauge = <Label extends string>(name: string, help: string, ...labels: Label[]) =>
    new Gauge({ name, help, labelNames: ['shard', ...labels] as const, registers })
  const records = counter('kinesight_records_total', 'Records read.')
  const bytes = counter('kinesight_record_bytes_total', 'Bytes of records read.')
  const subRecords = counter('kinesight_sub_records_total', 'Sub-records of KPL aggregates read.')
  const outOfRange = counter(
    'kinesight_sub_records_out_of_range_total',
    'Sub-records whose key belongs to another shard; they are applied.',
  )
  const putAgain = counter(
    'kinesight_sub_records_put_again_total',
    'Sub-records without an id that were put again after a reshard; they are duplicates.',
  )
  const partlyRead = counter(
    'kinesight_log_lines_partly_read_total',
    'Lines of an access log with fields that were passed over.',
  )
  const events = counter(
    'kinesight_events_total',
    'Events read, by fate; late, clamped and beyond are parts of applied.',
    'fate',
  )
  const reads = counter(
    'kinesight_reads_total',
    'Answers to GetRecords, or events of SubscribeToShard.',
    'outcome',
  )
  const restarts = counter(
    'kinesight_reader_restarts_total',
    'Readers that the watchdog started anew.',
  )
  const lag = gauge('kinesight_millis_behind_latest', 'How far a shard is read behind its tip.')
  const state = gauge('kinesight_reader_state', '1 for the state a reader is in.', 'state')
  const stuck = gauge(
    'kinesight_stuck_seconds',
    'For how long a shard has been read no further, though it is tried; 0: it is read on.',
  )
  const progress = gauge(
    'kinesight_last_progress_timestamp_seconds',
    'When a read was last answered.',
  )
  const all = [
    ...[records, bytes, subRecords, outOfRange, putAgain, partlyRead, events, reads, restarts],
    ...[lag, state, stuck, progress],
  ]

  function showShard(reading: ShardReading, now: number): void {
    const shard = reading.progress.shardId
    records.inc({ shard }, reading.progress.records)
    bytes.inc({ shard }, reading.progress.bytes)
    subRecords.inc({ shard }, reading.progress.aggregated)
    outOfRange.inc({ shard }, reading.progress.outOfRange)
    putAgain.inc({ shard }, reading.progress.putAgain)
    partlyRead.inc({ shard }, reading.progress.partlyRead)
    for (const [fate, n] of Object.entries(reading.progress.fates)) events.inc({ shard, fate }, n)
    const { empty: _, ...outcomes } = reading.log.reads
    for (const [outcome, n] of Object.entries(outcomes)) reads.inc({ shard, outcome }, n)
    restarts.inc({ shard }, reading.restarts)
    lag.set({ shard }, reading.lagMs)
    state.set({ shard, state: reading.reader.kind }, 1)
    stuck.set({ shard }, reading.stuck === null ? 0 : (now - reading.stuck.since) / SECOND_MS)
    if (reading.lastProgressAt !== null) {
      progress.set({ shard }, reading.lastProgressAt / SECOND_MS)
    }
  }

  return {
    show(list: readonly ShardReading[], now: number): void {
      for (const metric of all) metric.reset()
      for (const reading of list) showShard(reading, now)
    },
  }
}

function wholeMetrics(registry: Registry) {
  const registers = [registry]
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers })
  const remembered = gauge('kinesight_remembered_ids', 'Ids in the de-duplication memory.')
  const span = gauge(
    'kinesight_duplicate_span_seconds',
    'How far apart two with the same id are known as duplicates: 600, less where too many ids come.',
  )
  const rememberedSubRecords = gauge(
    'kinesight_remembered_sub_records',
    'Sub-records without an id that are known, should a producer put them again.',
  )
  const putAgainSpan = gauge(
    'kinesight_put_again_span_seconds',
    'How far apart two of them are known as one: 600, less where too many come.',
  )
  const repeated = new Counter({
    name: 'kinesight_repeated_calls_total',
    help: 'Calls made again at once: their connection had been closed while it was idle.',
    registers,
  })
  const controls = new Counter({
    name: 'kinesight_control_messages_total',
    help: 'Control messages of CloudWatch Logs that were passed over: they hold no event.',
    registers,
  })
  const incarnation = gauge(
    'kinesight_stream_incarnation',
    'Counts the streams of this name: at another one all counts of it began anew.',
  )
  const clockAhead = gauge(
    'kinesight_clock_ahead_seconds',
    "By how much this machine's clock is ahead of the stream's; 0 where that is not known.",
  )
  const buffer = gauge('kinesight_buffer_bytes', 'Bytes read and not committed yet.')
  const limit = gauge('kinesight_buffer_limit_bytes', 'What there may be of them.')
  const reading = new Gauge({
    name: 'kinesight_reading_info',
    help: '1 for how the stream is read: by polling or enhanced fan-out, as CBOR or JSON.',
    labelNames: ['mode', 'wire'] as const,
    registers,
  })
  const findings = new Gauge({
    name: 'kinesight_lineage_findings',
    help: 'What the audit of the shards finds wrong, by kind.',
    labelNames: ['kind'] as const,
    registers,
  })
  const busy = new Gauge({
    name: 'kinesight_app_busy_ratio',
    help: 'The part of the last 10 s spent in a stream app.',
    labelNames: ['app'] as const,
    registers,
  })
  const failed = new Counter({
    name: 'kinesight_app_failed_events_total',
    help: 'Events that a stream app could not take in.',
    labelNames: ['app'] as const,
    registers,
  })
  const damaged = new Gauge({
    name: 'kinesight_damaged_rows',
    help: 'Rows of the store that were damaged and set aside, by table.',
    labelNames: ['table'] as const,
    registers,
  })
  const differences = gauge(
    'kinesight_sum_differences',
    'Sums of the store that have to agree and do not.',
  )
  return {
    show(now: Readings | undefined): void {
      const counted = [findings, busy, failed, repeated, controls, reading, damaged]
      for (const metric of counted) metric.reset()
      for (const { table, rows } of now?.damage.tables ?? []) damaged.set({ table }, rows)
      if (now !== undefined) reading.set({ mode: now.reading.mode, wire: now.reading.wire }, 1)
      differences.set(now?.damage.differences.length ?? 0)
      remembered.set(now?.reading.rememberedIds ?? 0)
      span.set((now?.reading.duplicateSpanMs ?? 0) / SECOND_MS)
      rememberedSubRecords.set(now?.reading.rememberedSubRecords ?? 0)
      putAgainSpan.set((now?.reading.putAgainSpanMs ?? 0) / SECOND_MS)
      repeated.inc(now?.repeatedCalls ?? 0)
      controls.inc(now?.controlMessages ?? 0)
      incarnation.set(now?.incarnation ?? 0)
      clockAhead.set((now?.clockAheadMs ?? 0) / SECOND_MS)
      buffer.set(now?.reading.bufferBytes ?? 0)
      limit.set(now?.reading.bufferLimitBytes ?? 0)
      for (const { kind } of now?.findings ?? []) findings.inc({ kind })
      for (const app of now?.apps ?? []) {
        busy.set({ app: app.name }, app.busy)
        failed.inc({ app: app.name }, app.failed)
      }
    },
  }
}
