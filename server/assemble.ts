import path from 'node:path'
import type { RuleInput } from '../lib/alert-rule.ts'
import type { DemoState, Health } from '../lib/frames.ts'
import type { Catalog } from '../lib/kpi-catalog.ts'
import { createLiveCatalog } from './catalog/live-catalog.ts'
import type { Config } from './config.ts'
import { storeTrouble, troubleWords } from './damage/store-trouble.ts'
import { makeDataDir } from './data-dir.ts'
import { startEmbeddedStream } from './embedded/embedded-stream.ts'
import { createAdmission } from './http/admission.ts'
import type { StreamFacts } from './http/api-context.ts'
import { apiRoutes } from './http/api-routes.ts'
import { createPages } from './http/pages.ts'
import { createRouter } from './http/router.ts'
import { createWebServer } from './http/server.ts'
import { keepEmbedded } from './keep-embedded.ts'
import { apiContext, NO_STREAM, type Parts, streamFacts } from './parts.ts'
import { startPipeline } from './pipeline-client.ts'
import type { PipelineOptions, PipelinePort } from './pipeline-port.ts'
import type { Clock } from './platform/clock.ts'
import { SetupError } from './platform/errors.ts'
import type { Log } from './platform/log.ts'
import { createServerMetrics } from './platform/metrics.ts'
import { createHub } from './push/hub.ts'
import { startPulse } from './push/pulse.ts'
import { makeSampleRule } from './sample-rule.ts'
import { type HeldFolder, type HoldState, holdFolder } from './store/hold-folder.ts'
import { openStore, type Store } from './store/open-store.ts'
import { readSetting } from './store/setting.ts'
import { unreachedStatus } from './unreached-status.ts'

const EMBEDDED_SHARDS = 4
const DEMO_SEED = 1
const PULSE = { everyMs: 2_000, timeoutMs: 5_000 }
const REACHED_POLL_MS = 200
const HOLD_CHECK_MS = 1_000
const HOLD_WORDS: Record<Exclude<HoldState, 'held'>, string> = {
  made_anew: 'the lock of the data folder was deleted: it is made anew',
  contested: 'the lock of the data folder was deleted, and another Kinesight has it now',
  gone: 'the lock of the data folder was deleted and cannot be made anew',
}

export interface Ports {
  clock: Clock
  random: () => number
  newId: () => string
  /** Fresh and unguessable at each call, base64. */
  newNonce: () => string
  log: Log
  /** The project's folder, with the pages. */
  root: string
  /** Pages are compiled when asked for, and reload when changed. */
  dev: boolean
  workers: { pipeline: URL; embedded: URL }
  /** `DEMO` is set: it counts more than what was chosen on the page. */
  demoIsSet: boolean
  sampleRule: RuleInput
  /** It cannot go on, and must not be started again in this process: another one has its data. */
  onEnd: (error: unknown) => void
}

export interface Started {
  url: string
  stream: StreamFacts
  demo: DemoState
}

export interface Assembled {
  /** Resolves when the pages and the API answer. Throws `SetupError` for what the user can mend. */
  start(): Promise<Started>
  stop(): Promise<void>
}

/** The composition root: every part is made here and given what it needs. */
export function assemble(config: Config, ports: Ports): Assembled {
  const { clock, log, newId, dev } = ports
  const { host } = config
  const startedAt = clock.now()
  const kpis = createLiveCatalog({ kpis: config.ownKpis, crossed: config.ownCrossed })
  const { catalog } = kpis
  const metrics = createServerMetrics()
  const hub = createHub({ instance: newId(), catalog, clock, metrics })
  const pages = createPages({ dir: ports.root, dev, host, port: config.port })
  const parts: Parts = { store: undefined, embedded: undefined, pipeline: undefined }
  const context = apiContext(config, parts, { clock, kpis, newId, metrics, log })
  const web = createWebServer(
    { host, port: config.port, dev },
    {
      router: createRouter(apiRoutes(context), { log, admission: createAdmission(clock) }),
      live: hub,
      pages,
      clock,
      log,
      newNonce: ports.newNonce,
      onRequest: metrics.request,
    },
  )
  const timers: (() => void)[] = []
  let stopping: Promise<void> | undefined
  let held: HeldFolder | undefined

  async function start(): Promise<Started> {
    makeDataDir(config.dataDir)
    held = holdFolder(config.dataDir)
    timers.push(keepHolding(held, config.dataDir))
    // First of all: whoever opens the page meanwhile waits for it instead of seeing an error.
    const port = await web.listen()
    const storeFile = path.join(config.dataDir, 'kinesight.db')
    const store = await openStore(storeFile)
    parts.store = store
    await context.recompose().catch((error: unknown) => {
      throw asSetup(error, storeFile)
    })
    await Promise.all([startStream(store), pages.prepare()])
    return {
      url: urlOf(host, port),
      stream: streamFacts(config, parts),
      demo: context.demo.state(),
    }
  }

  async function startStream(store: Store): Promise<void> {
    if (config.stream.kind === 'embedded') {
      parts.embedded = await startEmbedded(config, ports, await firstDemo(store))
    }
    if (stopping !== undefined) return parts.embedded?.stop()
    const options = pipelineOptions(config, parts, { catalog, startedAt })
    const pipeline = startPipeline(options, {
      workerUrl: ports.workers.pipeline,
      clock,
      random: ports.random,
      log,
      onFenced: (message) => ports.onEnd(new SetupError(message)),
    })
    parts.pipeline = pipeline
    hub.attach(pipeline)
    const blank = (source: Health) => ({
      cells: {
        status: unreachedStatus(options, { source, store: { kind: 'ok' } }, clock.now()),
        firing: [],
      },
      series: {},
    })
    const onSilent = (source: Health) => hub.silence(source, blank)
    timers.push(startPulse({ pipeline, clock, ...PULSE, onSilent, onHeard: hub.hear }))
    if (parts.embedded?.demo() === 'on') timers.push(onceReached(pipeline, () => sample(store)))
  }

  /** Its lock may be deleted by hand at any time. */
  function keepHolding(folder: HeldFolder, name: string): () => void {
    let before: HoldState = 'held'
    const timer = setInterval(() => {
      try {
        const state = folder.check(clock.monotonicMs())
        if (state !== before && state !== 'held')
          log.warn({ folder: name, state }, HOLD_WORDS[state])
        before = state
      } catch (error) {
        clearInterval(timer)
        ports.onEnd(error)
      }
    }, HOLD_CHECK_MS)
    return () => clearInterval(timer)
  }

  async function firstDemo(store: Store): Promise<boolean> {
    if (ports.demoIsSet) return config.demo
    const chosen = await readSetting(store.db, NO_STREAM, 'demo')
    return chosen === undefined ? config.demo : chosen === 'on'
  }

  function onceReached(pipeline: PipelinePort, act: () => Promise<void>): () => void {
    const timer = setInterval(() => {
      if (pipeline.streamId() === null) return
      clearInterval(timer)
      act().catch((error: unknown) => log.error({ err: error }, 'sample rule not made'))
    }, REACHED_POLL_MS)
    return () => clearInterval(timer)
  }

  async function sample(store: Store): Promise<void> {
    const made = { rules: context.rules(), rule: ports.sampleRule }
    if (await makeSampleRule(store.db, context.streamId(), made)) context.pipeline().rulesChanged()
  }

  async function stopAll(): Promise<void> {
    for (const stop of timers) stop()
    await Promise.allSettled([hub.close(), web.close(), parts.pipeline?.stop()])
    // The pipeline reads from the embedded stream, so that goes after it.
    await Promise.allSettled([parts.embedded?.stop(), pages.close()])
    await parts.store?.close()
    held?.release()
  }

  return {
    start,
    stop() {
      stopping ??= stopAll()
      return stopping
    },
  }
}

function startEmbedded({ dataDir, stream }: Config, ports: Ports, demo: boolean) {
  const options = {
    dataDir,
    streamName: stream.name,
    region: stream.region ?? '',
    shardCount: EMBEDDED_SHARDS,
    port: stream.kind === 'embedded' ? stream.port : undefined,
    demo,
    seed: DEMO_SEED,
    log: ports.log,
    workerUrl: ports.workers.embedded,
  }
  return keepEmbedded((again) => startEmbeddedStream({ ...options, ...again }), ports)
}

function pipelineOptions(
  config: Config,
  parts: Parts,
  { catalog, startedAt }: { catalog: Catalog; startedAt: number },
): PipelineOptions {
  const { name, endpoint, embedded } = streamFacts(config, parts)
  return {
    storeFile: path.join(config.dataDir, 'kinesight.db'),
    stream: { name, region: config.stream.region, endpoint: endpoint ?? undefined, embedded },
    startAt: config.startAt,
    startedAt,
    kpis: catalog.kpis,
    crossed: catalog.crossed,
    keep: config.keep,
    mainCurrency: config.mainCurrency,
    read: config.read,
    demo: parts.embedded?.demo() ?? 'none',
    logLevel: config.logLevel,
  }
}

/** A store that opens may still be broken inside. */
function asSetup(error: unknown, storeFile: string): unknown {
  const trouble = storeTrouble(error, storeFile)
  if (trouble === undefined) return error
  return new SetupError(`The store ${storeFile} cannot be read: ${troubleWords(trouble)}`, {
    cause: error,
  })
}

const urlOf = (host: string, port: number): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}`
