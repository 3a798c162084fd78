import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { KpisAnswer, SeriesAnswer } from '../../lib/api.ts'
import { noFates } from '../../lib/fates.ts'
import {
  type Cells,
  type Health,
  type KeptTimes,
  NO_DAMAGE,
  type ShardCell,
  type ShardDetailCell,
  type StatusCell,
  type ViewState,
} from '../../lib/frames.ts'
import { BUILT_IN, kpiOf } from '../../lib/kpi-catalog.ts'
import type { KpisQuery, SeriesQuery } from '../../lib/kpi-questions.ts'
import { KPI_IDS, KPIS, type Kpi, type KpiId } from '../../lib/kpis.ts'
import { DAY_MS, epochMs, HOUR_MS } from '../../lib/time.ts'
import type { View } from '../../lib/view.ts'
import { answerText } from '../answer-text.ts'
import { createLiveCatalog } from '../catalog/live-catalog.ts'
import { readConfig } from '../config.ts'
import { apiContext, type Parts } from '../parts.ts'
import type { PipelineFrame, PipelinePort } from '../pipeline-port.ts'
import { type Clock, systemClock } from '../platform/clock.ts'
import { createLog } from '../platform/log.ts'
import { createServerMetrics, type ServerMetrics } from '../platform/metrics.ts'
import { createHub, type Hub } from '../push/hub.ts'
import { openStore, type Store } from '../store/open-store.ts'
import { addStream } from '../store/stream-row.ts'
import { createAdmission, LANES, type LaneBounds, type Load } from './admission.ts'
import { apiRoutes } from './api-routes.ts'
import { kpisCsv, seriesCsv } from './kpi-csv.ts'
import type { Route } from './route.ts'
import { createRouter } from './router.ts'
import { createWebServer } from './server.ts'

/** For tests: everything of the main thread but Next, on a store of its own, with a pipeline of ours. */
export interface TestServer {
  port: number
  url: string
  store: Store
  streamId: number
  parts: Parts
  pipeline: FakePipeline
  hub: Hub
  metrics: ServerMetrics
  routes: Route[]
  /** What the embedded stream was told. */
  demo: ('on' | 'off')[]
  send(request: RawRequest): Promise<RawAnswer>
  close(): Promise<void>
}

export interface RawRequest {
  path: string
  method?: string
  headers?: Record<string, string>
  body?: string | Buffer
}

export interface RawAnswer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
}

export const NOW = epochMs(1_790_000_000_000)
const clock: Clock = { ...systemClock, now: () => NOW }

export async function startTestServer(
  options: {
    stream?: 'embedded' | 'kinesis'
    lingerMs?: number
    fileKpis?: Kpi[]
    lanes?: Record<Load, LaneBounds>
  } = {},
): Promise<TestServer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'kinesight-http-'))
  const store = await openStore(path.join(folder, 'kinesight.db'))
  const place = { name: 'clickstream', place: 'here' }
  const { id } = await addStream(store.db, place, {
    createdMs: 1,
    startAt: { kind: 'trim_horizon' },
  })
  const kinesis = { KINESIS_STREAM: 'clickstream', AWS_REGION: 'eu-west-1' }
  const config = readConfig(options.stream === 'kinesis' ? kinesis : {})
  const pipeline = createFakePipeline(id)
  const demo: ('on' | 'off')[] = []
  const parts: Parts = { store, pipeline, embedded: fakeEmbedded(demo) }
  if (options.stream === 'kinesis') parts.embedded = undefined
  const metrics = createServerMetrics()
  let ids = 0
  const newId = () => `id-${++ids}`
  const kpis = createLiveCatalog({ kpis: options.fileKpis ?? [], crossed: [] })
  const log = createLog({ level: 'fatal', name: 'test' })
  const context = apiContext(config, parts, { clock, kpis, newId, metrics, log })
  const routes = apiRoutes(context)
  const hub = createHub({
    instance: 'this-start',
    catalog: kpis.catalog,
    clock: systemClock,
    metrics,
    ...(options.lingerMs !== undefined && { lingerMs: options.lingerMs }),
  })
  hub.attach(pipeline)
  const web = createWebServer(
    { host: '127.0.0.1', port: 0, dev: false },
    {
      router: createRouter(routes, {
        log,
        admission: createAdmission(systemClock, options.lanes ?? LANES),
      }),
      live: hub,
      pages: {
        handle: async (request, response) => {
          response.end(`nonce from ${request.headers['content-security-policy']}`)
        },
        upgrade: (_request, socket) => socket.destroy(),
      },
      clock: systemClock,
      log,
      newNonce: () => 'bm9uY2U=',
      onRequest: metrics.request,
    },
  )
  const port = await web.listen()
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    store,
    streamId: id,
    parts,
    pipeline,
    hub,
    metrics,
    routes,
    demo,
    send: (raw) => send(port, raw),
    async close() {
      await Promise.all([hub.close(), web.close()])
      await store.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function send(
  port: number,
  { path, method = 'GET', headers, body }: RawRequest,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, method, headers, agent: false as const }
    const sent = request(options, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

function fakeEmbedded(told: ('on' | 'off')[]): NonNullable<Parts['embedded']> {
  let demo: 'on' | 'off' = 'on'
  return {
    endpoint: 'http://127.0.0.1:4567',
    port: 4567,
    health: () => ({ kind: 'ok' }),
    demo: () => demo,
    setDemo(on) {
      demo = on ? 'on' : 'off'
      told.push(demo)
    },
    stop: () => Promise.resolve(),
  }
}

export interface FakePipeline extends PipelinePort {
  /** The next answers of `live` and `shard`; an error is thrown. */
  state: ViewState | Error
  /** That it dies again and again. */
  trouble: Health
  watched: Map<string, View>
  /** How often it was told to watch something. */
  watches: number
  calls: string[]
  /** The ids of each catalog it was given. */
  measured: KpiId[][]
  questions: (KpisQuery | SeriesQuery)[]
  /** What a series waits for. */
  beforeSeries: () => Promise<void>
  emit(frame: PipelineFrame): void
}

export function createFakePipeline(streamId: number | null = 1): FakePipeline {
  const listeners: ((frame: PipelineFrame) => void)[] = []
  const pipeline: FakePipeline = {
    state: liveState({}),
    trouble: { kind: 'ok' },
    watched: new Map(),
    watches: 0,
    calls: [],
    measured: [],
    questions: [],
    beforeSeries: noTurn,
    emit(frame) {
      for (const listener of listeners) listener(frame)
    },
    health: () => pipeline.trouble,
    isUp: () => true,
    streamId: () => streamId,
    watch(key, view) {
      pipeline.watches++
      pipeline.watched.set(key, view)
    },
    unwatch: (key) => void pipeline.watched.delete(key),
    onFrame: (listener) => void listeners.push(listener),
    rulesChanged: () => void pipeline.calls.push('rulesChanged'),
    async catalogChanged(kpis) {
      pipeline.measured.push(kpis.map(({ id }) => id))
    },
    demoChanged: (state) => void pipeline.calls.push(`demo ${state}`),
    async kpis(query, { form }) {
      pipeline.questions.push(query)
      return answerText(kpisAnswer(query), form, { csv: kpisCsv, turn: noTurn })
    },
    async series(query, { form }) {
      pipeline.questions.push(query)
      await pipeline.beforeSeries()
      return answerText(seriesAnswer(query), form, { csv: seriesCsv, turn: noTurn })
    },
    async live() {
      if (pipeline.state instanceof Error) throw pipeline.state
      return pipeline.state
    },
    async shard(shardId) {
      if (pipeline.state instanceof Error) throw pipeline.state
      const { cells, series } = pipeline.state
      if (cells[`shard.${shardId}`] === undefined) return { cells, series }
      return { cells: { ...cells, detail: shardDetail(shardId) }, series }
    },
    metrics: async () =>
      '# HELP kinesight_worker_up Of the worker.\n# TYPE kinesight_worker_up gauge\nkinesight_worker_up 1\n',
    stop: () => Promise.resolve(),
  }
  return pipeline
}

const noTurn = async (): Promise<void> => {}

function seriesAnswer(query: SeriesQuery): SeriesAnswer {
  const { kpi, stepMs, filter, by, to = NOW } = query
  const from = 'from' in query ? query.from : to - query.spanMs
  const points = [{ t: from, value: { value: 1 }, open: false }]
  return {
    asOf: NOW,
    kpi,
    unit: kpiOf(BUILT_IN, kpi).unit,
    ...(filter !== undefined && { filter }),
    from,
    to,
    stepMs,
    points,
    ...(by !== undefined && {
      by: {
        dimension: by.dimension,
        rankedBy: by.rankedBy,
        series: [{ key: '=a,"b"', points }],
        other: points,
        keys: 2,
      },
    }),
  }
}

function kpisAnswer(query: KpisQuery): KpisAnswer {
  const { filter, by } = query
  const each = <T>(value: (id: (typeof KPI_IDS)[number]) => T) =>
    Object.fromEntries(KPI_IDS.map((id) => [id, value(id)])) as Record<(typeof KPI_IDS)[number], T>
  const spend = { value: 12.5, money: { USD: '12.5' }, currency: 'USD' }
  return {
    asOf: NOW,
    ...('window' in query && { window: query.window }),
    from: NOW - 60_000,
    to: NOW,
    spanMs: 60_000,
    alignedToMs: 1_000,
    ...(filter !== undefined && { filter }),
    kpis: each((id) => ({
      ...{ value: spend, before: { value: null }, unit: KPIS[id].unit },
      ...{ coveredMs: 60_000, beforeCoveredMs: 0 },
    })),
    ...(by !== undefined && {
      by: {
        dimension: by.dimension,
        rankedBy: by.rankedBy,
        coveredMs: each(() => 60_000),
        rows: [{ key: 'a', kpis: each(() => spend) }],
        other: null,
        keys: 1,
      },
    }),
  }
}

/** As the defaults are. */
const KEPT: KeptTimes = {
  secondsMs: HOUR_MS,
  minutesMs: 7 * DAY_MS,
  hoursMs: 400 * DAY_MS,
  from: NOW - 400 * DAY_MS,
}

export function liveState(change: Partial<StatusCell>, shards: ShardCell[] = []): ViewState {
  const status: StatusCell = {
    stream: { name: 'clickstream', region: 'us-east-1', endpoint: null, embedded: true },
    begin: { asked: 'trim_horizon', from: null, firstStartAt: 1, settled: true },
    incarnation: { number: 1, createdAt: 1, since: 2 },
    former: null,
    changes: [],
    clockAheadMs: 0,
    newestArrivalAt: null,
    behindMs: 0,
    shards: { open: 4, readable: 4, troubled: 0 },
    eventsPerSecond: 0,
    fates: noFates(),
    kept: KEPT,
    beyond: null,
    demo: 'on',
    source: { kind: 'ok' },
    store: { kind: 'ok' },
    reading: {
      mode: 'polling',
      notice: null,
      wire: 'cbor',
      wireNotice: null,
      bufferBytes: 0,
      bufferLimitBytes: 64 * 1_048_576,
      rememberedIds: 0,
      rememberedIdsLimit: 4_000_000,
      duplicateSpanMs: 600_000,
      rememberedSubRecords: 0,
      rememberedSubRecordsLimit: 1_000_000,
      putAgainSpanMs: 600_000,
    },
    findings: [],
    damage: NO_DAMAGE,
    apps: [],
    catalog: '',
    mainCurrency: 'USD',
    ...change,
  }
  const cells = Object.fromEntries(shards.map((shard) => [`shard.${shard.shardId}`, shard]))
  return { cells: { status, firing: [], ...cells } as Cells, series: {} }
}

export const shardCell = (shardId: string, millisBehindLatest: number): ShardCell => ({
  shardId,
  open: true,
  reader: { kind: 'reading' },
  parents: [],
  hashRange: { from: '0', to: '1', share: 0.25 },
  recordsPerSecond: 1.5,
  bytesPerSecond: 100,
  trafficShare: null,
  millisBehindLatest,
  checkpoint: '49',
  subSequence: null,
  records: 1,
  bytes: 2,
  aggregated: 0,
  outOfRange: 0,
  putAgain: 0,
  partlyRead: 0,
  fates: noFates(),
  beyond: null,
  lastArrivalAt: null,
  mode: 'polling',
  lastProgressAt: NOW,
  lastError: null,
  restarts: 0,
  reads: { ok: 3, empty: 2, contradicting: 0, throttled: 1, expired: 0, failed: 0 },
})

const shardDetail = (shardId: string): ShardDetailCell => ({
  shardId,
  children: [],
  happenings: [{ at: NOW, level: 'info', text: 'Began to read', sequenceNumber: '49' }],
  topKeys: [{ key: 'u-1', recordsPerSecond: 1.5, share: 1 }],
})
