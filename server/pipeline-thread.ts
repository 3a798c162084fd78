import { Worker } from 'node:worker_threads'
import type { Kpi } from '../lib/kpis.ts'
import { type Cause, causeOf } from './pipeline-deaths.ts'
import type { FromWorker, PipelineOptions, ToWorker } from './pipeline-port.ts'
import type { Clock } from './platform/clock.ts'
import { messageOf } from './platform/errors.ts'
import type { Log } from './platform/log.ts'

/** What a thread says once of itself. */
const MILESTONES = ['ready', 'reading', 'resting', 'stopped'] as const
export type Milestone = (typeof MILESTONES)[number]
export type ThreadMessage = Exclude<FromWorker, { kind: Milestone | 'died' }>

export interface ThreadEnd {
  code: number
  /** undefined: it said none. */
  cause: Cause | undefined
  ranMs: number
}

/** A worker thread with a pipeline in it, from its start to its end. */
export interface PipelineThread {
  /** What it measures. */
  readonly kpis: readonly Kpi[]
  /** To one that has ended nothing is said. */
  send(message: ToWorker): void
  /** Whether it came so far; false: it ended before. */
  until(milestone: Milestone): Promise<boolean>
  isReading(): boolean
  readonly end: Promise<ThreadEnd>
  /** Ends it as it is. */
  leave(): Promise<void>
}

/** Events live for one commit: with room for that many few of them are ever copied. */
const YOUNG_MB = 192

export function startThread(
  options: PipelineOptions,
  ports: {
    workerUrl: URL
    clock: Pick<Clock, 'monotonicMs'>
    log: Log
    onMessage: (message: ThreadMessage) => void
  },
): PipelineThread {
  const { clock, log, onMessage } = ports
  const startedAt = clock.monotonicMs()
  const milestones = {
    ready: later<boolean>(),
    reading: later<boolean>(),
    resting: later<boolean>(),
    stopped: later<boolean>(),
  } satisfies Record<Milestone, unknown>
  const end = later<ThreadEnd>()
  let isReading = false
  let cause: Cause | undefined
  const worker = new Worker(ports.workerUrl, {
    workerData: options,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  })
  worker.on('message', (message: FromWorker) => {
    switch (message.kind) {
      case 'died':
        cause = message.cause
        return
      case 'ready':
      case 'reading':
      case 'resting':
      case 'stopped':
        isReading = message.kind === 'reading'
        milestones[message.kind].resolve(true)
        return
      default:
        onMessage(message)
    }
  })
  worker.on('error', (error) => {
    log.error({ err: error }, 'pipeline worker failed')
    cause = causeOf(error)
  })
  worker.on('exit', (code) => {
    isReading = false
    for (const milestone of MILESTONES) milestones[milestone].resolve(false)
    end.resolve({ code, cause, ranMs: clock.monotonicMs() - startedAt })
  })

  return {
    kpis: options.kpis,
    send: (message) => worker.postMessage(message),
    until: (milestone) => milestones[milestone].promise,
    isReading: () => isReading,
    end: end.promise,
    async leave() {
      await worker.terminate().catch((error: unknown) => log.warn(messageOf(error)))
    },
  }
}

function later<T>() {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
