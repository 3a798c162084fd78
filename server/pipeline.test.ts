import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { KpisAnswer } from '../lib/api.ts'
import type { ViewState } from '../lib/frames.ts'
import { BUILT_IN } from '../lib/kpi-catalog.ts'
import { DAY_MS } from '../lib/time.ts'
import { type FakeKinesis, startFakeKinesis } from '../testing/fake-kinesis/start-fake-kinesis.ts'
import { answerOf } from './answer-of.testing.ts'
import { createPipeline, type Pipeline } from './pipeline.ts'
import type { AnswerText, PipelineFrame } from './pipeline-port.ts'
import { systemClock } from './platform/clock.ts'
import { openStore, type Store } from './store/open-store.ts'
import { addStream } from './store/stream-row.ts'
import { readShards } from './stream/commit/shard-rows.ts'
import { createKinesisSource } from './stream/read/kinesis-source.ts'
import { beyondIn } from './stream/shards/shard-progress.ts'
import { DEFAULT_KEEP } from './window/retention.ts'

let folder: string
let store: Store
let stream: FakeKinesis
let pipeline: Pipeline
let running: Promise<void>
let frames: PipelineFrame[]

beforeEach(async () => {
  frames = []
  folder = mkdtempSync(path.join(tmpdir(), 'kinesight-pipeline-'))
  const storeFile = path.join(folder, 'kinesight.db')
  store = await openStore(storeFile)
  stream = await startFakeKinesis({ shards: 2 })
  const place = { name: 'clickstream', region: 'us-east-1', endpoint: undefined, embedded: true }
  const options = {
    storeFile,
    stream: place,
    startAt: { kind: 'trim_horizon' as const },
    startedAt: 1,
  }
  const read = {
    mode: 'polling' as const,
    consumerName: 'kinesight',
    bufferBytes: 2 ** 26,
    rememberedIds: 1_000_000,
  }
  pipeline = createPipeline(
    {
      ...options,
      kpis: BUILT_IN.kpis,
      crossed: BUILT_IN.crossed,
      keep: DEFAULT_KEEP,
      mainCurrency: undefined,
      read,
      demo: 'off',
      logLevel: 'silent',
    },
    {
      store,
      source: createKinesisSource({
        streamName: stream.streamName,
        region: 'us-east-1',
        endpoint: stream.endpoint,
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      }),
      clock: systemClock,
      random: () => 0,
      log: pino({ level: 'silent' }),
      newId: () => 'id',
      onStream: () => {},
      onProgress: () => {},
      onFrame: (frame) => frames.push(frame),
    },
  )
})
afterEach(async () => {
  await pipeline.stop()
  await running
  await stream.close()
  rmSync(folder, { recursive: true, force: true })
})

const status = async () => ((await pipeline.answer({ kind: 'live' })) as ViewState).cells.status
const until = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 8_000, interval: 20 })

test('a store that cannot write at the start is said, and reading begins once it can', async () => {
  await sql`pragma query_only = on`.execute(store.db)
  stream.put('a', '{"type":"page_view"}')
  running = pipeline.run()
  await until(async () =>
    expect(await status()).toMatchObject({
      source: { kind: 'ok' },
      store: { kind: 'trouble', problem: 'the store cannot be used: it may only be read' },
    }),
  )
  await sql`pragma query_only = off`.execute(store.db)
  await until(async () =>
    expect(await status()).toMatchObject({ store: { kind: 'ok' }, fates: { applied: 1 } }),
  )
})

test('a start in a second shows no empty page in between', async () => {
  pipeline.watch('overview', { kind: 'overview', window: '5m', kpi: 'page_views' })
  running = pipeline.run()
  await until(async () => expect(frames.length).toBeGreaterThan(0))
  expect(frames[0]).toMatchObject({
    kind: 'state',
    state: { cells: { chart: expect.anything(), marks: { marks: [] } } },
  })
})

test('a stream that cannot be reached is said at once', async () => {
  const fault = { kind: 'error', type: 'AccessDeniedException', message: 'not allowed' } as const
  stream.faults.next({ call: 'DescribeStreamSummary', times: 100, fault })
  pipeline.watch('status', { kind: 'status' })
  running = pipeline.run()
  await until(async () =>
    expect(frames[0]).toMatchObject({
      state: {
        cells: {
          status: { source: { kind: 'trouble', problem: 'access is denied: not allowed' } },
        },
      },
    }),
  )
})

test('an event older than all that is kept counts as beyond history, and the store knows it', async () => {
  stream.put('a', '{"type":"page_view","time":"2015-05-17T10:05:03Z"}')
  stream.put('a', '{"type":"page_view","time":1000000000}')
  stream.put('a', '{"type":"page_view"}')
  running = pipeline.run()
  const oldestAt = Date.UTC(2001, 8, 9, 1, 46, 40)
  const beyond = { oldestAt, lastAt: expect.any(Number) }
  await until(async () =>
    expect(await status()).toMatchObject({ fates: { applied: 3, beyond: 2 }, beyond }),
  )
  const kept = (await status())?.kept
  expect(kept?.hoursMs).toBe(400 * DAY_MS)
  expect(kept?.from).toBeGreaterThan(oldestAt)
  await until(async () => {
    const query = { spanMs: 60_000 }
    const asked = pipeline.answer({ kind: 'kpis', query, form: 'json' }) as Promise<AnswerText>
    const { kpis } = await answerOf<KpisAnswer>(asked)
    expect(kpis.page_views?.value.value).toBe(1)
  })
  const metrics = (await pipeline.answer({ kind: 'metrics' })) as string
  const counted = [...metrics.matchAll(/^kinesight_events_total\{.*fate="beyond".*\} (\d+)$/gm)]
  expect(counted.reduce((sum, [, n]) => sum + Number(n), 0)).toBe(2)
  const shards = await readShards(store.db, 1, 0)
  expect(shards.reduce((sum, { progress }) => sum + progress.fates.beyond, 0)).toBe(2)
  expect(beyondIn(shards.map(({ progress }) => progress))).toEqual((await status())?.beyond)
})

test('the metrics tell of every shard its state, its reads and what it brought, and of the apps', async () => {
  stream.put('a', '{"type":"page_view"}')
  running = pipeline.run()
  await until(async () => expect((await status())?.fates.applied).toBe(1))
  const text = (await pipeline.answer({ kind: 'metrics' })) as string
  const value = (name: string, labels: string) =>
    Number(new RegExp(`^${name}\\{[^}]*${labels}[^}]*\\} (\\S+)$`, 'm').exec(text)?.[1])
  const total = (name: string) =>
    [...text.matchAll(new RegExp(`^${name}\\{.*\\} (\\S+)$`, 'gm'))]
      .map(([, n]) => Number(n))
      .reduce((sum, n) => sum + n, 0)
  expect(total('kinesight_records_total')).toBe(1)
  expect(
    value('kinesight_reads_total', 'shard="shardId-000000000000",outcome="ok"'),
  ).toBeGreaterThan(0)
  expect(value('kinesight_reader_state', 'shard="shardId-000000000001"')).toBe(1)
  expect(value('kinesight_app_failed_events_total', 'app="kpi"')).toBe(0)
  expect(value('kinesight_reading_info', 'mode="polling",wire="cbor"')).toBe(1)
  expect(text).toMatch(/^kinesight_buffer_limit_bytes 67108864$/m)
  expect(text).toMatch(/^kinesight_stream_incarnation 1$/m)
  expect(text).toMatch(/^kinesight_clock_ahead_seconds -?[01]$/m)
})

test('rows that are damaged do not keep it from reading: they are named in the status and in metrics', async () => {
  const place = { name: 'clickstream', place: 'embedded' }
  const createdMs = stream.shards()[0]?.createdMs ?? 0
  const { id } = await addStream(store.db, place, { createdMs, startAt: { kind: 'latest' } })
  await sql`update stream set start_at = '{"kind":"late'`.execute(store.db)
  await sql`insert into alert_rule (id, stream_id, body, sample, created_ms, updated_ms)
    values ('rule', ${id}, '{', 0, 1, 1)`.execute(store.db)
  await sql`insert into pane_delta (stream_id, body) values (${id}, x'01ff')`.execute(store.db)
  stream.put('a', '{"type":"page_view"}')
  running = pipeline.run()
  await until(async () => {
    const { damage, fates } = await status()
    expect(fates.applied).toBe(1)
    expect(damage.newest.map(({ table }) => table).sort()).toEqual([
      'alert_rule',
      'pane_delta',
      'stream',
    ])
  })
  const metrics = (await pipeline.answer({ kind: 'metrics' })) as string
  expect(metrics).toContain('kinesight_damaged_rows{table="pane_delta"} 1')
  const row = await store.db.selectFrom('stream').select('start_at').executeTakeFirstOrThrow()
  expect(row.start_at).toBe('{"kind":"trim_horizon"}')
})
