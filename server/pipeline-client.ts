import { Worker } from 'node:worker_threads'
import type { KpisAnswer, SeriesAnswer } from '../lib/api.ts'
import type { DemoState, ViewState } from '../lib/frames.ts'
import type { View } from '../lib/view.ts'
import { type Cause, causeOf, createDeaths, LOG_REMEDY } from './pipeline-deaths.ts'
import type {
  FromWorker,
  PipelineFrame,
  PipelineOptions,
  PipelinePort,
  Question,
  ToWorker,
} from './pipeline-port.ts'
import { createQuestions } from './pipeline-questions.ts'
import type { Clock } from './platform/clock.ts'
import { messageOf } from './platform/errors.ts'
import type { Log } from './platform/log.ts'
import { backoffMs } from './platform/retry.ts'

const RESTART = { baseMs: 250, capMs: 10_000 }
/** A worker that ran this long had recovered from what ended the one before. */
const SETTLED_MS = 60_000
/** Who ends the process does not wait long; who replaces the pipeline can wait for a slow commit. */
const STOP_TIMEOUT_MS = { stop: 1_500, replace: 10_000 }
/** Events live for one commit: with room for that many few of them are ever copied. */
const YOUNG_MB = 192

/** `ending`: it was told to. `gone`: it ended by itself and is started anew in a moment. */
type WorkerState = 'up' | 'ending' | 'gone'

/**
 * Runs the pipeline in a worker thread. It is started anew when it dies, and what it had not committed it reads
 * again; and when the catalog changes, after it has committed all it had read. Everything that was watched is
 * watched again.
 */
export function startPipeline(
  options: PipelineOptions,
  ports: {
    workerUrl: URL
    clock: Clock
    random: () => number
    log: Log
    /** Another process writes to the store now. It is not started anew: the two would fence each other in turns. */
    onFenced: (message: string) => void
  },
): PipelinePort {
  const { clock, log } = ports
  const watched = new Map<string, View>()
  const listeners: ((frame: PipelineFrame) => void)[] = []
  const questions = createQuestions()
  let { demo, kpis } = options
  let streamId: number | null = null
  let failures = 0
  let restart: NodeJS.Timeout | undefined
  let careful = false
  const deaths = createDeaths('The pipeline', clock)
  let state: WorkerState = 'up'
  let stopping = false
  let replacing: Promise<void> | undefined
  let onEnded: () => void = () => {}
  let worker = launch()

  function launch(): Worker {
    const startedAt = clock.monotonicMs()
    let cause: Cause | undefined
    const started = new Worker(ports.workerUrl, {
      workerData: {
        ...{ ...options, demo, kpis, read: { ...options.read, careful } },
        before: deaths.health(),
      } satisfies PipelineOptions,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    })
    started.on('message', (message: FromWorker) => {
      if (message.kind === 'died') cause = message.cause
      else receive(message)
    })
    started.on('error', (error) => {
      log.error({ err: error }, 'pipeline worker failed')
      cause = causeOf(error)
    })
    started.on('exit', (code) => {
      if (state === 'ending') {
        onEnded()
        return
      }
      state = 'gone'
      deaths.died(cause ?? { problem: `it ended with code ${code}`, remedy: LOG_REMEDY })
      questions.refuseAll(`the pipeline worker ended with code ${code}`)
      failures = clock.monotonicMs() - startedAt > SETTLED_MS ? 0 : failures + 1
      const waitMs = backoffMs(failures, ports.random(), RESTART)
      log.warn({ code, waitMs }, 'pipeline worker ended, starting it anew')
      restart = setTimeout(relaunch, waitMs)
    })
    return started
  }

  function relaunch(): void {
    worker = launch()
    state = 'up'
    for (const [key, view] of watched) send({ kind: 'watch', key, view })
    for (const { id, question } of questions.open()) send({ kind: 'ask', id, question })
  }

  function receive(message: Exclude<FromWorker, { kind: 'died' }>): void {
    switch (message.kind) {
      case 'stream':
        streamId = message.streamId
        return
      case 'frame':
        for (const listener of listeners) listener(message.frame)
        return
      case 'answer':
        questions.answer(message.id, message.answer)
        return
      case 'failure':
        questions.refuse(message.id, message.message)
        return
      case 'app_failed':
        careful = true
        return
      case 'progress':
        deaths.progressed()
        return
      case 'fenced':
        state = 'ending'
        stopping = true
        ports.onFenced(message.message)
        return
      case 'stopped':
        onEnded()
    }
  }

  /** To one that is not up nothing is said: it is told all there is to know when it comes up. */
  function send(message: ToWorker): void {
    if (state === 'up') worker.postMessage(message)
  }

  function ask<Answer>(question: Question): Promise<Answer> {
    if (state === 'gone') {
      return Promise.reject(new Error('the pipeline worker is being started anew'))
    }
    const asked = questions.ask<Answer>(question)
    send({ kind: 'ask', id: asked.id, question })
    return asked.answer
  }

  /** Resolves when it commits nothing more. */
  async function end(timeoutMs: number): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      onEnded = resolve
    })
    const timeout = setTimeout(() => {
      log.warn('the pipeline did not stop in time; what it had not committed is read again')
      void leave()
    }, timeoutMs)
    send({ kind: 'stop' })
    state = 'ending'
    await ended
    clearTimeout(timeout)
  }

  const leave = (): Promise<unknown> =>
    worker.terminate().catch((error: unknown) => log.warn(messageOf(error)))

  async function replace(): Promise<void> {
    let measured: typeof kpis
    do {
      measured = kpis
      await end(STOP_TIMEOUT_MS.replace)
      await leave()
      if (stopping) return
      relaunch()
      log.info({ kpis: kpis.length }, 'pipeline goes on with another catalog')
    } while (measured !== kpis)
  }

  return {
    streamId: () => streamId,
    health: deaths.health,
    watch(key, view) {
      watched.set(key, view)
      send({ kind: 'watch', key, view })
    },
    unwatch(key) {
      watched.delete(key)
      send({ kind: 'unwatch', key })
    },
    onFrame: (listener) => void listeners.push(listener),
    rulesChanged: () => send({ kind: 'rules_changed' }),
    demoChanged(changed: DemoState) {
      demo = changed
      send({ kind: 'demo', state: changed })
    },
    catalogChanged(changed) {
      kpis = changed
      if (state !== 'up' || stopping) return
      const mine = replace().finally(() => {
        if (replacing === mine) replacing = undefined
      })
      replacing = mine
    },
    kpis: (query) => ask<KpisAnswer>({ kind: 'kpis', query }),
    series: (query) => ask<SeriesAnswer>({ kind: 'series', query }),
    live: () => ask<ViewState>({ kind: 'live' }),
    shard: (shardId) => ask<ViewState>({ kind: 'shard', shardId }),
    metrics: () => ask<string>({ kind: 'metrics' }),
    async stop() {
      stopping = true
      clearTimeout(restart)
      if (replacing !== undefined) await replacing
      else if (state === 'up') await end(STOP_TIMEOUT_MS.stop)
      // Nobody has to wait for its memory to be given back.
      void leave()
      questions.refuseAll('the pipeline is stopped')
    },
  }
}
