import { diffView, emptyDelta } from '../lib/delta.ts'
import { noFates } from '../lib/fates.ts'
import type { Cells, DemoState, Health, StatusCell, ViewState } from '../lib/frames.ts'
import { SECOND_MS } from '../lib/time.ts'
import type { View } from '../lib/view.ts'
import { createAlertWatch } from './alerts/alert-watch.ts'
import { createRuleStore } from './alerts/rule-store.ts'
import { createFeed } from './apps/kpi/feed.ts'
import { createKpiApp, type KpiApp } from './apps/kpi/kpi-app.ts'
import { createOverviewView } from './apps/kpi/overview-view.ts'
import { createSpendView } from './apps/kpi/spend-view.ts'
import { createTotalsApp } from './apps/totals/totals-app.ts'
import { createPipelineMetrics } from './pipeline-metrics.ts'
import type { PipelineFrame, PipelineOptions, Question } from './pipeline-port.ts'
import type { Clock } from './platform/clock.ts'
import { messageOf } from './platform/errors.ts'
import type { Log } from './platform/log.ts'
import { backoffMs } from './platform/retry.ts'
import type { Store } from './store/open-store.ts'
import { settleStream } from './store/settle-stream.ts'
import { type Consumer, type ConsumerReadings, createConsumer } from './stream/consumer.ts'
import { pause } from './stream/pause.ts'
import { shardCells } from './stream/shard-cells.ts'
import { SourceError, type StreamDescription, type StreamSource } from './stream/stream-source.ts'

/** Views are brought up to date this often. */
const FRAME_EVERY_MS = 500
const EVALUATE_EVERY_MS = SECOND_MS
const RETRY = { baseMs: 100, capMs: 5_000 }

export interface Pipeline {
  /** Runs until `stop`. Rejects when it has to be started anew. */
  run(): Promise<void>
  stop(): Promise<void>
  watch(key: string, view: View): void
  unwatch(key: string): void
  rulesChanged(): void
  setDemo(state: DemoState): void
  answer(question: Question): Promise<unknown>
}

export interface PipelinePorts {
  store: Store
  source: StreamSource
  clock: Clock
  random: () => number
  log: Log
  newId: () => string
  onStream: (streamId: number) => void
  onFrame: (frame: PipelineFrame) => void
}

/** Everything that only exists once the stream was reached. */
interface Reached {
  kpi: KpiApp
  consumer: Consumer
  alerts: ReturnType<typeof createAlertWatch>
}

type PartState = { cells: Partial<Cells>; series: ViewState['series'] }

interface WatchedView {
  view: View
  /** Made when the stream is reached. */
  part: ((now: number) => Promise<PartState> | PartState) | undefined
  sent: ViewState | undefined
}

/** The worker thread's composition: stream → consumer → apps → views. */
export function createPipeline(options: PipelineOptions, ports: PipelinePorts): Pipeline {
  const { store, source, clock, log } = ports
  const ending = new AbortController()
  const views = new Map<string, WatchedView>()
  const startedAt = clock.now()
  let demo = options.demo
  let reached: Reached | undefined
  let connecting: Health = { kind: 'starting' }
  const metrics = createPipelineMetrics(() => reached?.consumer.readings())

  async function run(): Promise<void> {
    const framing = frameLoop()
    const description = await describeUntilReached()
    if (description === undefined) return
    const { name } = options.stream
    const place = options.stream.endpoint ?? options.stream.region ?? ''
    const stream = await settleStream(
      store.db,
      // The embedded stream's port may differ from one start to the next.
      { name, place: options.stream.embedded ? 'embedded' : place },
      { createdMs: description.createdMs, startAt: options.startAt, now: clock.now() },
    )
    ports.onStream(stream.id)
    const kpi = createKpiApp({ db: store.db, streamId: stream.id, clock })
    await kpi.restore()
    const consumer = createConsumer(stream, {
      db: store.db,
      source,
      apps: [createTotalsApp(), kpi],
      clock,
      random: ports.random,
      log,
    })
    const alerts = createAlertWatch({
      db: store.db,
      streamId: stream.id,
      ruleStore: createRuleStore(store.db, {
        streamId: () => stream.id,
        clock,
        newId: ports.newId,
      }),
      valueOf: (rule, now) => kpi.value(rule, now),
      onRules: (rules) => kpi.pin(rules.flatMap(({ filter }) => filter ?? [])),
      log,
    })
    await alerts.load()
    consumer.onCommit(() => metrics.committed(consumer.readings().lastCommitMs))
    await consumer.start()
    reached = { kpi, consumer, alerts }
    const evaluating = evaluateLoop(alerts)
    await Promise.race([consumer.failed, Promise.all([framing, evaluating])])
  }

  async function describeUntilReached(): Promise<StreamDescription | undefined> {
    for (let failures = 0; !ending.signal.aborted; failures++) {
      try {
        const description = await source.describe()
        if (description.status === 'ACTIVE' || description.status === 'UPDATING') return description
        connecting = trouble(
          `the stream is ${description.status}`,
          'Reading begins once it is ACTIVE.',
        )
      } catch (error) {
        log.warn({ problem: messageOf(error) }, 'the stream cannot be reached')
        const remedy = error instanceof SourceError ? error.remedy : 'It is tried again by itself.'
        connecting = trouble(messageOf(error), remedy)
      }
      await pause(backoffMs(failures, ports.random(), RETRY), ending.signal)
    }
    return undefined
  }

  const trouble = (problem: string, remedy: string): Health => ({
    kind: 'trouble',
    since: connecting.kind === 'trouble' ? connecting.since : clock.now(),
    problem,
    remedy,
  })

  async function evaluateLoop(alerts: Reached['alerts']): Promise<void> {
    while (!ending.signal.aborted) {
      await alerts.evaluate(clock.now())
      await pause(EVALUATE_EVERY_MS, ending.signal)
    }
  }

  async function frameLoop(): Promise<void> {
    while (!ending.signal.aborted) {
      const startedAt = clock.monotonicMs()
      for (const [key, watched] of views) await pushFrame(key, watched)
      await pause(startedAt + FRAME_EVERY_MS - clock.monotonicMs(), ending.signal)
    }
  }

  async function pushFrame(key: string, watched: WatchedView): Promise<void> {
    const now = clock.now()
    const state = await viewState(watched, now)
    if (views.get(key) !== watched) return
    const { sent } = watched
    watched.sent = state
    if (sent === undefined) {
      ports.onFrame({ kind: 'state', key, now, state })
      return
    }
    const delta = diffView(sent, state)
    if (!emptyDelta(delta)) ports.onFrame({ kind: 'delta', key, now, delta })
  }

  async function viewState(watched: WatchedView, now: number): Promise<ViewState> {
    const cells: Cells = { status: statusCell(), firing: reached?.alerts.firing() ?? [] }
    if (reached === undefined) return { cells, series: {} }
    watched.part ??= partOf(watched.view, reached)
    const part = await watched.part(now)
    return { cells: { ...cells, ...part.cells } as Cells, series: part.series }
  }

  function partOf(view: View, { kpi, consumer, alerts }: Reached) {
    switch (view.kind) {
      case 'overview': {
        const overview = createOverviewView(view, kpi)
        const feed = createFeed(kpi.recent, view.filter)
        return async (now: number) => {
          const state = await overview.state(now)
          return { ...state, cells: { ...state.cells, feed: feed.events(now) } }
        }
      }
      case 'spend': {
        const spend = createSpendView(view, kpi)
        return async (now: number) => {
          const state = await spend.state(now)
          return { ...state, cells: { ...state.cells, rules: alerts.standings() } }
        }
      }
      case 'shards':
        return (now: number) => shardCells(consumer.readings().shards, { now, startedAt })
      case 'alerts':
        return () => ({
          cells: { rules: alerts.standings(), history: [...alerts.history()] },
          series: {},
        })
      case 'status':
        return () => ({ cells: {}, series: {} })
    }
  }

  function statusCell(): StatusCell {
    const { name, region, endpoint, embedded } = options.stream
    const stream = { name, region: region ?? '', endpoint: endpoint ?? null, embedded }
    const readings = reached?.consumer.readings()
    if (readings === undefined) {
      return {
        stream,
        newestArrivalAt: null,
        behindMs: 0,
        shards: { open: 0, readable: 0, troubled: 0 },
        eventsPerSecond: 0,
        fates: noFates(),
        demo,
        source: connecting,
        store: { kind: 'ok' },
      }
    }
    return {
      stream,
      newestArrivalAt: readings.newestArrivalAt,
      behindMs: readings.behindMs,
      shards: countShards(readings),
      eventsPerSecond: readings.eventsPerSecond,
      fates: readings.fates,
      demo,
      source: readings.source,
      store: readings.store,
    }
  }

  async function answer(question: Question): Promise<unknown> {
    const now = clock.now()
    switch (question.kind) {
      case 'kpis':
        return need().kpi.kpis(question.query, now)
      case 'series':
        return need().kpi.series(question.query, now)
      case 'live':
        return viewState({ view: { kind: 'shards' }, part: undefined, sent: undefined }, now)
      case 'metrics':
        return metrics.text()
    }
  }

  function need(): Reached {
    if (reached === undefined) throw new Error('the stream has not been reached yet')
    return reached
  }

  return {
    run,
    async stop() {
      reached?.kpi.flushNext()
      await reached?.consumer.stop()
      ending.abort()
      await store.close()
    },
    watch(key, view) {
      const watched: WatchedView = { view, part: undefined, sent: undefined }
      views.set(key, watched)
      pushFrame(key, watched).catch((error: unknown) =>
        log.error({ problem: messageOf(error), key }, 'frame failed'),
      )
    },
    unwatch: (key) => {
      views.delete(key)
    },
    rulesChanged: () => reached?.alerts.rulesChanged(),
    setDemo: (state) => {
      demo = state
    },
    answer,
  }
}

function countShards({ shards }: ConsumerReadings): StatusCell['shards'] {
  const live = shards.filter(({ progress }) => !progress.finished)
  return {
    open: shards.filter(({ progress }) => !progress.closed).length,
    readable: live.filter(({ reader }) => reader.kind !== 'waiting_for_parents').length,
    troubled: live.filter(({ reader }) => reader.kind === 'retrying').length,
  }
}
