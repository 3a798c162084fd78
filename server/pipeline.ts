import type { FoundChange } from '../lib/counting-change.ts'
import type { DemoState, Health, ReaderState, StatusCell } from '../lib/frames.ts'
import type { Incarnations } from '../lib/incarnation.ts'
import { createCatalog } from '../lib/kpi-catalog.ts'
import type { Kpi } from '../lib/kpis.ts'
import type { StreamBegin } from '../lib/stream-begin.ts'
import { SECOND_MS } from '../lib/time.ts'
import type { View } from '../lib/view.ts'
import { createAlertWatch } from './alerts/alert-watch.ts'
import { createRuleStore } from './alerts/rule-store.ts'
import { createKpiApp } from './apps/kpi/kpi-app.ts'
import { createMeasuredSteps } from './apps/kpi/measured-steps.ts'
import { createTotalsApp } from './apps/totals/totals-app.ts'
import { catalogVersion } from './catalog/catalog-version.ts'
import { giveWords } from './catalog/same-figures.ts'
import { type ChangeLog, createChangeLog } from './change-log.ts'
import { createClockWatch } from './clock-watch.ts'
import { createDamage } from './damage/damage.ts'
import { createDamageWatch, type DamageWatch } from './damage/damage-watch.ts'
import { type StoreTrouble, storeTrouble } from './damage/store-trouble.ts'
import { createFormerKpis } from './former-kpis.ts'
import { createLiveViews } from './live-views.ts'
import { createMarkStore } from './marks/mark-store.ts'
import { createMarkWatch } from './marks/mark-watch.ts'
import { createPipelineMetrics } from './pipeline-metrics.ts'
import type { PipelineFrame, PipelineOptions } from './pipeline-port.ts'
import type { Clock } from './platform/clock.ts'
import { messageOf } from './platform/errors.ts'
import { inTime } from './platform/in-time.ts'
import type { Log } from './platform/log.ts'
import { pause } from './platform/pause.ts'
import { backoffMs } from './platform/retry.ts'
import { createTurns } from './platform/turns.ts'
import { type Answer, createAnswers } from './reached-answers.ts'
import { readChanges } from './store/counting-changes.ts'
import { readIncarnations } from './store/incarnations.ts'
import type { Store } from './store/open-store.ts'
import { settleStream } from './store/settle-stream.ts'
import { createSpaceWatch } from './store/space-watch.ts'
import { damagedStream, type StreamPlace } from './store/stream-row.ts'
import { createConsumer } from './stream/consumer.ts'
import type { ConsumerReadings } from './stream/consumer-readings.ts'
import {
  SourceError,
  type StreamDescription,
  type StreamSource,
} from './stream/read/stream-source.ts'
import { subscribedFeeds } from './stream/read/subscribed-feed.ts'
import { beginOf, createStreamStart } from './stream-start.ts'
import { keptTimes, streamOf, unreachedStatus } from './unreached-status.ts'
import { type ViewParts, viewSource } from './view-sources.ts'
import { createRetention } from './window/retention.ts'

const EVALUATE_EVERY_MS = SECOND_MS
/** Rules that are looked at before others have their turns. */
const RULES_A_TURN = 10
const RETRY = { baseMs: 100, capMs: 5_000 }
/** One that runs for so long, in s, does not die of what the one before it died of. */
const PROGRESS_AFTER_S = 10
/** A start that is over so soon shows no page without figures in between. */
const QUIET_START_MS = 3 * SECOND_MS

export interface Pipeline {
  /** Runs until `stop`. Rejects when it has to be started anew. */
  run(): Promise<void>
  /** To one that stands by. */
  begin(): void
  /** Commits what it has read, and writes nothing more. Frames and answers go on from what it has. */
  rest(): Promise<void>
  stop(): Promise<void>
  watch(key: string, view: View): void
  unwatch(key: string): void
  rulesChanged(): void
  setDemo(state: DemoState): void
  /** KPIs that are measured as before are called, and shown, like these. */
  giveWords(kpis: readonly Kpi[]): void
  answer: Answer
}

export interface PipelinePorts {
  store: Store
  source: StreamSource
  clock: Clock
  random: () => number
  log: Log
  newId: () => string
  onStream: (streamId: number) => void
  /** It stands by, and could begin at once. */
  onReady?: () => void
  /** The stream is reached, and what the store has is there. */
  onReading?: () => void
  /** It has committed, or has run for a while. Called once. */
  onProgress: () => void
  onFrame: (frame: PipelineFrame) => void
}

/** Everything that only exists once the stream was reached. */
interface Reached extends ViewParts {
  begin: StreamBegin
  incarnations: Incarnations
  changes: ChangeLog
  damage: DamageWatch
}

/** The worker thread's composition: stream → consumer → apps → views. */
export function createPipeline(options: PipelineOptions, ports: PipelinePorts): Pipeline {
  const { store, source, clock, log } = ports
  const ending = new AbortController()
  /** Aborted: nothing is judged or written any more. */
  const resting = new AbortController()
  const begun = later()
  let judging: Promise<void>[] = []
  const startedMs = clock.monotonicMs()
  // Its own: their words are changed in place.
  const catalog = createCatalog(
    options.kpis.map((kpi) => ({ ...kpi })),
    options.crossed,
  )
  let version = catalogVersion(catalog)
  const place = placeOf(options.stream)
  const start = createStreamStart(place, { ...options, db: store.db, clock })
  let demo = options.demo
  let reached: Reached | undefined
  const arrival = whenReached()
  let connecting: Health = { kind: 'starting' }
  const space = createSpaceWatch({ store, clock, log })
  let stored: Health = { kind: 'ok' }
  let hasProgressed = false
  let secondsReached = 0
  /** Since when the store's file is broken or gone. */
  let brokenSince: number | undefined
  /** Of those that were started before this one and died. */
  let before: Health = options.before ?? { kind: 'ok' }
  const turns = createTurns(clock)
  const views = createLiveViews({
    sourceOf: (view, turn) => reached && viewSource(view, reached, { catalog, turn }),
    common: () => ({ status: statusCell(), firing: reached?.alerts.firing() ?? [] }),
    quiet: () =>
      reached === undefined &&
      connecting.kind === 'starting' &&
      clock.monotonicMs() - startedMs < QUIET_START_MS,
    onFrame: ports.onFrame,
    turns,
    clock,
    log,
    ending: ending.signal,
  })
  const retention = createRetention(options.keep)
  const clockWatch = createClockWatch(clock, log)
  const metrics = createPipelineMetrics(() => reached && readingsOf(reached), clock)

  async function run(): Promise<void> {
    await keepStart()
    const description = await describeUntilReached()
    if (description === undefined) return
    if (options.standby === true) {
      ports.onReady?.()
      await begun.promise
    }
    const parts = await reachUntilStored(description)
    if (parts === undefined) return
    reached = parts
    arrival.resolve(parts)
    parts.consumer.onCommit(progressed)
    parts.consumer.onCommit(space.news)
    ports.onReading?.()
    judging = [
      everySecond(untilProgressed),
      everySecond(parts.alerts.evaluate),
      everySecond(parts.marks.look),
      everySecond(parts.damage.look),
      everySecond(space.look),
      everySecond(() => lookAtClock(parts)),
    ]
    await Promise.race([parts.consumer.failed, Promise.all(judging)])
  }

  /** Everything is made anew at each attempt; nothing is read before the last step succeeds. */
  async function reachUntilStored(description: StreamDescription): Promise<Reached | undefined> {
    for (let failures = 0; !ending.signal.aborted; failures++) {
      try {
        return await reach(description)
      } catch (error) {
        const why = storeTrouble(error, options.storeFile)
        if (why === undefined) throw error
        storeFailed(error, why)
        connecting = { kind: 'ok' }
      }
      await pause(backoffMs(failures, ports.random(), RETRY), ending.signal)
    }
    return undefined
  }

  function storeFailed(error: unknown, { problem, remedy }: StoreTrouble): void {
    log.error({ problem: messageOf(error) }, 'the store cannot be used')
    const since = stored.kind === 'trouble' ? stored.since : clock.now()
    stored = { kind: 'trouble', since, problem: `the store cannot be used: ${problem}`, remedy }
  }

  /** Before the stream is reached: a start that was not kept would be taken for none by the next one. */
  async function keepStart(): Promise<void> {
    try {
      await start.note()
      stored = { kind: 'ok' }
    } catch (error) {
      const why = storeTrouble(error, options.storeFile)
      if (why === undefined) throw error
      storeFailed(error, why)
    }
  }

  async function reach(description: StreamDescription): Promise<Reached> {
    const stream = await settleStream(store.db, place, {
      createdMs: description.createdMs,
      startAt: options.startAt,
      // On the stream's own clock: this machine's may be ahead, and records would be lost.
      now: description.answeredAt ?? clock.now(),
      firstStart: start.firstStart(),
    })
    const incarnations = await readIncarnations(store.db, stream.id)
    if (start.known()?.id !== stream.id) {
      for (const { kind, text } of await readChanges(store.db, stream.id, 1))
        log.warn({ kind }, text)
    }
    ports.onStream(stream.id)
    const damage = createDamage(store.db, { clock, log })
    const { damaged } = stream
    if (damaged !== undefined) damage.found(damagedStream({ ...stream, damaged }))
    /** What its start finds changed. */
    const found: FoundChange[] = []
    const { mainCurrency } = options
    const kpi = createKpiApp({
      catalog,
      mainCurrency,
      retention,
      db: store.db,
      streamId: stream.id,
      clock,
      damage,
      onChange: (change) => void found.push(change),
    })
    const consumer = createConsumer(stream, {
      db: store.db,
      source,
      apps: [createTotalsApp(), kpi],
      read: options.read,
      keptFrom: retention.oldest,
      subscribed: subscribedFeeds({ source, random: ports.random }),
      clock,
      random: ports.random,
      log,
      damage,
      storeFile: options.storeFile,
    })
    const ruler = turns.worker()
    let rulesLooked = 0
    const alerts = createAlertWatch({
      db: store.db,
      streamId: stream.id,
      ruleStore: createRuleStore(store.db, {
        streamId: () => stream.id,
        clock,
        newId: ports.newId,
        damage,
      }),
      catalog,
      async valueOf(rule, now) {
        if (rulesLooked++ % RULES_A_TURN === 0) {
          ruler.done()
          await ruler.turn()
        }
        return kpi.value(rule, now)
      },
      onRules: (rules) => kpi.pin(rules.flatMap(({ filter }) => filter ?? [])),
      log,
    })
    await alerts.load(clock.now())
    consumer.onCommit((ms) => {
      metrics.committed(ms)
      views.news()
    })
    await consumer.start()
    const changes = createChangeLog(store.db, stream.id)
    await keepChanges(changes, found)
    const markStore = createMarkStore(store.db, { streamId: () => stream.id, damage })
    const looker = turns.worker()
    const marks = createMarkWatch({
      measured: createMeasuredSteps(kpi.inTurns(looker.turn).reader),
      store: markStore,
      progress: consumer.readings,
      newId: ports.newId,
      ending: resting.signal,
      log,
    })
    const formerKpis = createFormerKpis({
      ...{ catalog, mainCurrency, db: store.db, streamId: stream.id, clock, damage },
      retention: () => createRetention(options.keep),
    })
    return {
      ...{ kpi, consumer, alerts, markStore },
      marks: { ...marks, look: (now) => marks.look(now).finally(looker.done) },
      kpiOf: async (number) =>
        number === incarnations.incarnation.number ? kpi : formerKpis.of(number),
      begin: beginOf(stream),
      incarnations,
      changes,
      damage: createDamageWatch(store, { streamId: stream.id, damage, clock, log }),
    }
  }

  async function describeUntilReached(): Promise<StreamDescription | undefined> {
    for (let failures = 0; !ending.signal.aborted; failures++) {
      try {
        const description = await source.describe()
        if (description.status === 'ACTIVE' || description.status === 'UPDATING') return description
        connecting = trouble(
          `the stream ${options.stream.name} is ${description.status}`,
          description.status === 'DELETING'
            ? 'Reading begins once one of this name is created again, or correct KINESIS_STREAM.'
            : 'Reading begins by itself once it is ACTIVE.',
        )
      } catch (error) {
        log.warn({ problem: messageOf(error) }, 'the stream cannot be reached')
        const remedy = error instanceof SourceError ? error.remedy : 'It is tried again by itself.'
        connecting = trouble(messageOf(error), remedy)
      }
      await pause(backoffMs(failures, ports.random(), RETRY), ending.signal)
      await keepStart()
    }
    return undefined
  }

  const trouble = (problem: string, remedy: string): Health => ({
    kind: 'trouble',
    since: connecting.kind === 'trouble' ? connecting.since : clock.now(),
    problem,
    remedy,
  })

  /** Without anything to commit it has got somewhere once it has run for a while. */
  async function untilProgressed(): Promise<void> {
    if (++secondsReached === PROGRESS_AFTER_S) progressed()
  }

  function progressed(): void {
    if (hasProgressed) return
    hasProgressed = true
    before = { kind: 'ok' }
    ports.onProgress()
  }

  async function everySecond(evaluate: (now: number) => Promise<void>): Promise<void> {
    while (!resting.signal.aborted) {
      await evaluate(clock.now())
      await pause(EVALUATE_EVERY_MS, resting.signal)
    }
  }

  async function lookAtClock({ consumer, changes }: Reached): Promise<void> {
    const change = clockWatch.look(consumer.readings().clockAheadMs)
    if (change !== undefined) await keepChanges(changes, [change])
  }

  /** Never rejects: the log has them anyway. */
  async function keepChanges(changes: ChangeLog, found: readonly FoundChange[]): Promise<void> {
    for (const { kind, text } of found) log.warn({ kind }, text)
    await changes.add(found, clock.now()).catch((error: unknown) => {
      log.warn({ problem: messageOf(error) }, 'changes of what is counted cannot be kept')
    })
  }

  const readingsOf = ({ consumer, damage, incarnations }: Reached) => ({
    ...consumer.readings(),
    damage: damage.cell(),
    incarnation: incarnations.incarnation.number,
  })

  function statusCell(): StatusCell {
    const now = clock.now()
    if (reached === undefined) {
      const health = { source: worstOf(connecting, before), store: storeHealth(stored) }
      return unreachedStatus(options, { begin: start.begin(), demo, ...health }, now)
    }
    const { kpi, consumer, begin, incarnations, changes, damage } = reached
    const readings = consumer.readings()
    return {
      stream: streamOf(options),
      begin,
      incarnation: incarnations.incarnation,
      former: incarnations.former[0] ?? null,
      changes: changes.newest(),
      clockAheadMs: readings.clockAheadMs,
      newestArrivalAt: readings.newestArrivalAt,
      behindMs: readings.behindMs,
      shards: countShards(readings),
      eventsPerSecond: readings.eventsPerSecond,
      fates: readings.fates,
      kept: keptTimes(options.keep, retention, now),
      beyond: readings.beyond,
      demo,
      source: worstOf(readings.source, before),
      store: storeHealth(readings.store),
      reading: readings.reading,
      findings: readings.findings,
      apps: readings.apps,
      damage: damage.cell(),
      catalog: version,
      mainCurrency: kpi.reader.currencies.main(),
    }
  }

  /** What no second try mends counts more than what a commit met. */
  function storeHealth(health: Health): Health {
    const trouble = store.trouble()
    if (trouble === undefined) return health
    brokenSince ??= clock.now()
    const { problem, remedy } = trouble
    return { kind: 'trouble', since: brokenSince, problem: `the store: ${problem}`, remedy }
  }

  /** One that is started anew is there in a moment: nobody sees an error for that. */
  async function soon(): Promise<Reached> {
    if (reached !== undefined) return reached
    return inTime(arrival.promise, QUIET_START_MS).catch((error: unknown) => {
      throw new Error('the stream has not been reached yet', { cause: error })
    })
  }

  async function rest(): Promise<void> {
    // What is not reached yet has nothing to go on with.
    if (reached === undefined) return stop()
    reached.kpi.flushNext()
    await reached.consumer.stop()
    resting.abort()
    await Promise.allSettled(judging)
  }

  async function stop(): Promise<void> {
    reached?.kpi.flushNext()
    await reached?.consumer.stop()
    resting.abort()
    ending.abort()
    begun.resolve()
    await store.close()
  }

  function giveNewWords(kpis: readonly Kpi[]): void {
    giveWords(catalog.kpis, kpis)
    version = catalogVersion(catalog)
    // The next one writes down its own.
    if (resting.signal.aborted) return
    reached?.kpi.rename().catch((error: unknown) => {
      log.warn({ problem: messageOf(error) }, 'what KPIs are called cannot be kept')
    })
  }

  return {
    run,
    begin: begun.resolve,
    rest,
    stop,
    giveWords: giveNewWords,
    watch: views.watch,
    unwatch: views.unwatch,
    rulesChanged: () => reached?.alerts.rulesChanged(),
    setDemo: (state) => {
      demo = state
    },
    answer: createAnswers({ reached: soon, views, metrics, turns, clock }),
  }
}

/** Where its name means something. The embedded stream's port may differ from one start to the next. */
const placeOf = ({ name, region, endpoint, embedded }: PipelineOptions['stream']): StreamPlace => ({
  name,
  place: embedded ? 'embedded' : (endpoint ?? region ?? ''),
})

const worstOf = (now: Health, before: Health): Health =>
  now.kind === 'trouble' ? now : before.kind === 'trouble' ? before : now

function later() {
  let resolve: () => void = () => {}
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

function whenReached() {
  let resolve: (reached: Reached) => void = () => {}
  const promise = new Promise<Reached>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

const TROUBLED: ReadonlySet<ReaderState['kind']> = new Set([
  'retrying',
  'stuck',
  'paused',
  'stopped',
])

function countShards({ shards }: ConsumerReadings): StatusCell['shards'] {
  const live = shards.filter(({ progress }) => !progress.finished)
  return {
    open: shards.filter(({ progress }) => !progress.closed).length,
    readable: live.filter(({ reader }) => reader.kind !== 'waiting_for_parents').length,
    troubled: live.filter(({ reader }) => TROUBLED.has(reader.kind)).length,
  }
}
