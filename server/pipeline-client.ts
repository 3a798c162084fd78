import { Worker } from 'node:worker_threads'
import type { KpisAnswer, SeriesAnswer } from '../lib/api.ts'
import type { DemoState, ViewState } from '../lib/frames.ts'
import type { View } from '../lib/view.ts'
import type {
  FromWorker,
  PipelineFrame,
  PipelineOptions,
  PipelinePort,
  Question,
  ToWorker,
} from './pipeline-port.ts'
import type { Clock } from './platform/clock.ts'
import { messageOf } from './platform/errors.ts'
import type { Log } from './platform/log.ts'
import { backoffMs } from './platform/retry.ts'

const RESTART = { baseMs: 250, capMs: 10_000 }
/** A worker that ran this long had recovered from what ended the one before. */
const SETTLED_MS = 60_000
const STOP_TIMEOUT_MS = 1_500
/** Events live for one commit: with room for that many few of them are ever copied. */
const YOUNG_MB = 192

/**
 * Runs the pipeline in a worker thread and starts it anew when it dies; what it had not committed it
 * reads again. Everything that was watched is watched again.
 */
export function startPipeline(
  options: PipelineOptions,
  ports: { workerUrl: URL; clock: Clock; random: () => number; log: Log },
): PipelinePort {
  const { clock, log } = ports
  const watched = new Map<string, View>()
  const listeners: ((frame: PipelineFrame) => void)[] = []
  const asked = new Map<
    number,
    { resolve: (answer: unknown) => void; reject: (e: Error) => void }
  >()
  let demo = options.demo
  let streamId: number | null = null
  let nextId = 1
  let failures = 0
  let restart: NodeJS.Timeout | undefined
  let away = false
  let careful = false
  let stopping = false
  let onStopped: () => void = () => {}
  let worker = launch()

  function launch(): Worker {
    const startedAt = clock.monotonicMs()
    const started = new Worker(ports.workerUrl, {
      workerData: { ...options, demo, read: { ...options.read, careful } },
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    })
    started.on('message', (message: FromWorker) => receive(message))
    started.on('error', (error) => log.error({ err: error }, 'pipeline worker failed'))
    started.on('exit', (code) => {
      away = true
      refuseAll(`the pipeline worker ended with code ${code}`)
      if (stopping) {
        onStopped()
        return
      }
      failures = clock.monotonicMs() - startedAt > SETTLED_MS ? 0 : failures + 1
      const waitMs = backoffMs(failures, ports.random(), RESTART)
      log.warn({ code, waitMs }, 'pipeline worker ended, starting it anew')
      restart = setTimeout(() => {
        worker = launch()
        away = false
        for (const [key, view] of watched) send({ kind: 'watch', key, view })
      }, waitMs)
    })
    return started
  }

  function receive(message: FromWorker): void {
    switch (message.kind) {
      case 'stream':
        streamId = message.streamId
        return
      case 'frame':
        for (const listener of listeners) listener(message.frame)
        return
      case 'answer':
        asked.get(message.id)?.resolve(message.answer)
        asked.delete(message.id)
        return
      case 'failure':
        asked.get(message.id)?.reject(new Error(message.message))
        asked.delete(message.id)
        return
      case 'app_failed':
        careful = true
        return
      case 'stopped':
        onStopped()
    }
  }

  function refuseAll(reason: string): void {
    for (const { reject } of asked.values()) reject(new Error(reason))
    asked.clear()
  }

  const send = (message: ToWorker): void => worker.postMessage(message)

  function ask<Answer>(question: Question): Promise<Answer> {
    if (away) return Promise.reject(new Error('the pipeline worker is being started anew'))
    const id = nextId++
    return new Promise<Answer>((resolve, reject) => {
      asked.set(id, { resolve: resolve as (answer: unknown) => void, reject })
      send({ kind: 'ask', id, question })
    })
  }

  return {
    streamId: () => streamId,
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
    demoChanged(state: DemoState) {
      demo = state
      send({ kind: 'demo', state })
    },
    kpis: (query) => ask<KpisAnswer>({ kind: 'kpis', query }),
    series: (query) => ask<SeriesAnswer>({ kind: 'series', query }),
    live: () => ask<ViewState>({ kind: 'live' }),
    shard: (shardId) => ask<ViewState>({ kind: 'shard', shardId }),
    metrics: () => ask<string>({ kind: 'metrics' }),
    async stop() {
      stopping = true
      clearTimeout(restart)
      const stopped = new Promise<void>((resolve) => {
        onStopped = resolve
      })
      const timeout = setTimeout(() => {
        log.warn('the pipeline did not stop in time; what it had not committed is read again')
        onStopped()
      }, STOP_TIMEOUT_MS)
      send({ kind: 'stop' })
      await stopped
      clearTimeout(timeout)
      await worker.terminate().catch((error: unknown) => log.warn(messageOf(error)))
    },
  }
}
