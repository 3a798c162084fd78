import type { DemoState, ViewState } from '../lib/frames.ts'
import type { KpiId } from '../lib/kpis.ts'
import type { View } from '../lib/view.ts'
import { changesUnits, sameFigures } from './catalog/same-figures.ts'
import { createDeaths, LOG_REMEDY } from './pipeline-deaths.ts'
import type {
  AnswerText,
  PipelineFrame,
  PipelineOptions,
  PipelinePort,
  Question,
  ToWorker,
} from './pipeline-port.ts'
import { createQuestions } from './pipeline-questions.ts'
import {
  type PipelineThread,
  startThread,
  type ThreadEnd,
  type ThreadMessage,
} from './pipeline-thread.ts'
import type { Clock } from './platform/clock.ts'
import type { Log } from './platform/log.ts'
import { pause } from './platform/pause.ts'
import { backoffMs } from './platform/retry.ts'

const RESTART = { baseMs: 250, capMs: 10_000 }
/** A worker that ran this long had recovered from what ended the one before. */
const SETTLED_MS = 60_000
/** Who ends the process does not wait long; who replaces the pipeline can wait for a slow commit. */
const STOP_TIMEOUT_MS = { stop: 1_500, replace: 10_000 }
/**
 * From one replacement to the next at the least: this, and so many times as long as reading stood still for the last one.
 * What changes meanwhile is taken over together, and most of the time is for reading.
 */
const REPLACE_EVERY_MS = 1_000
const REPLACE_SHARE = 4
/** Whoever saves a KPI waits so long at the most for its being measured. */
const MEASURED_WITHIN_MS = 5_000
/** So long one that was replaced may take for the answers that it has begun. */
const ANSWERS_WITHIN_MS = 10_000

/** `ending`: it was told to. `gone`: it ended by itself and is started anew in a moment. */
type WorkerState = 'up' | 'ending' | 'gone'

/**
 * Runs the pipeline in a worker thread. It is started anew when it dies, and what it had not committed it reads
 * again. When other figures are to be measured one with the new catalog gets ready beside it; only then it commits and
 * rests, and it answers until the new one reads. Everything that was watched is watched again.
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
  /** Texts that have begun, and whose they are: what one begins it ends, also when another has taken over. */
  const begun = new Map<number, PipelineThread>()
  const questions = createQuestions({
    onTaken: (id) => begun.get(id)?.send({ kind: 'more', id }),
    onLeft(id) {
      begun.get(id)?.send({ kind: 'enough', id })
      isOver(id)
    },
  })
  let { demo, kpis } = options
  let streamId: number | null = null
  let failures = 0
  let restart: NodeJS.Timeout | undefined
  let careful = false
  const deaths = createDeaths('The pipeline', clock)
  const stopped = new AbortController()
  let replacing: Promise<void> | undefined
  let replaceAt = Number.NEGATIVE_INFINITY
  /** Told when other figures are measured, or never will be. */
  let waiting: (() => void)[] = []
  let state: WorkerState = 'up'
  let current = launch()
  /** Gets ready, or takes over. */
  let next: PipelineThread | undefined
  /** Only ends the answers that it has begun. */
  let leaving: PipelineThread | undefined
  /** Was told to make room for it. */
  let resting: PipelineThread | undefined

  function launch({ standby = false } = {}): PipelineThread {
    const given = {
      ...{ ...options, demo, kpis, standby, read: { ...options.read, careful } },
      before: deaths.health(),
    } satisfies PipelineOptions
    const thread: PipelineThread = startThread(given, {
      workerUrl: ports.workerUrl,
      clock,
      log,
      onMessage: (message) => receive(thread, message),
    })
    void thread.end.then((end) => {
      cutTexts(thread)
      if (thread !== current || state !== 'up') return
      if (thread === resting) state = 'gone'
      else died(end)
    })
    return thread
  }

  /** By itself. The one that is getting ready takes over, or it is started anew. */
  function died({ code, cause, ranMs }: ThreadEnd): void {
    state = 'gone'
    deaths.died(cause ?? { problem: `it ended with code ${code}`, remedy: LOG_REMEDY })
    questions.refuseAll(`the pipeline worker ended with code ${code}`)
    failures = ranMs > SETTLED_MS ? 0 : failures + 1
    const waitMs = backoffMs(failures, ports.random(), RESTART)
    log.warn({ code, waitMs }, 'pipeline worker ended, starting it anew')
    restart = setTimeout(startAnew, waitMs)
  }

  function startAnew(): void {
    if (state !== 'gone') return
    if (next === undefined) takeOver(launch())
    else restart = setTimeout(startAnew, RESTART.baseMs)
  }

  function takeOver(thread: PipelineThread): void {
    current = thread
    state = 'up'
    for (const [key, view] of watched) send({ kind: 'watch', key, view })
    for (const { id, question } of questions.open()) send({ kind: 'ask', id, question })
    if (!sameFigures(thread.kpis, kpis)) return
    for (const measured of waiting) measured()
    waiting = []
  }

  function receive(thread: PipelineThread, message: ThreadMessage): void {
    switch (message.kind) {
      case 'stream':
        streamId = message.streamId
        return
      case 'frame':
        if (thread !== current) return
        for (const listener of listeners) listener(message.frame)
        return
      case 'answer':
        if (thread === current) questions.answer(message.id, message.answer)
        return
      case 'text':
        if (thread !== current) return
        begun.set(message.id, thread)
        questions.text(message.id, message.file)
        return
      case 'piece':
        if (thread === begun.get(message.id)) questions.piece(message.id, message.piece)
        return
      case 'text_end':
        if (thread !== begun.get(message.id)) return
        questions.textEnd(message.id)
        isOver(message.id)
        return
      case 'failure':
        if (thread !== (begun.get(message.id) ?? current)) return
        questions.refuse(message.id, message.message)
        isOver(message.id)
        return
      case 'app_failed':
        careful = true
        return
      case 'progress':
        deaths.progressed()
        return
      case 'fenced':
        // The one that takes over has the lease now.
        if (thread === resting || thread !== current) return
        state = 'ending'
        stopped.abort()
        ports.onFenced(message.message)
    }
  }

  function isOver(id: number): void {
    const thread = begun.get(id)
    begun.delete(id)
    if (thread !== undefined && thread === leaving && textsOf(thread).length === 0) {
      void thread.leave()
    }
  }

  const textsOf = (thread: PipelineThread): number[] =>
    [...begun].flatMap(([id, of]) => (of === thread ? [id] : []))

  function cutTexts(thread: PipelineThread): void {
    const ids = textsOf(thread)
    questions.cut('the pipeline ended while it answered', ids)
    for (const id of ids) begun.delete(id)
  }

  /** One that another has taken over from ends once the answers are out that it has begun, or after a while. */
  function letGo(former: PipelineThread): void {
    void leaving?.leave()
    leaving = former
    if (textsOf(former).length === 0) void former.leave()
    const timeout = setTimeout(() => void former.leave(), ANSWERS_WITHIN_MS)
    void former.end.then(() => {
      clearTimeout(timeout)
      if (leaving === former) leaving = undefined
    })
  }

  /** To one that is not up nothing is said: it is told all there is to know when it comes up. */
  function send(message: ToWorker): void {
    if (state === 'up' && !(isHeld(message) && replacing !== undefined)) current.send(message)
  }

  /** What names a KPI that is not measured yet waits for the one that measures it. */
  function isHeld(message: ToWorker): boolean {
    const named =
      message.kind === 'watch'
        ? kpisOfView(message.view)
        : message.kind === 'ask'
          ? kpisOfQuestion(message.question)
          : []
    return named.some((id) => !current.kpis.some((kpi) => kpi.id === id))
  }

  function ask<Answer>(question: Question, signal?: AbortSignal): Promise<Answer> {
    if (state === 'gone' && next === undefined) {
      return Promise.reject(new Error('the pipeline worker is being started anew'))
    }
    const asked = questions.ask<Answer>(question)
    send({ kind: 'ask', id: asked.id, question })
    signal?.addEventListener('abort', () => {
      if (!questions.leave(asked.id)) return
      const enough = { kind: 'enough', id: asked.id } as const
      const thread = begun.get(asked.id)
      if (thread === undefined) send(enough)
      else thread.send(enough)
      isOver(asked.id)
    })
    return asked.answer
  }

  /** Resolves when it commits nothing more. */
  async function ended(kind: 'rest' | 'stop', timeoutMs: number): Promise<void> {
    const thread = current
    const timeout = setTimeout(() => {
      log.warn('the pipeline did not stop in time; what it had not committed is read again')
      void thread.leave()
    }, timeoutMs)
    thread.send({ kind })
    await thread.until(kind === 'rest' ? 'resting' : 'stopped')
    clearTimeout(timeout)
  }

  /** Until what is measured is what is to be. What changes meanwhile is gathered. */
  async function replaceUntilMeasured(): Promise<void> {
    let failed = 0
    while (!stopped.signal.aborted && !sameFigures(current.kpis, kpis)) {
      await pause(replaceAt - clock.monotonicMs(), stopped.signal)
      if (stopped.signal.aborted || sameFigures(current.kpis, kpis)) return
      failed = (await replace(launch({ standby: true }))) ? 0 : failed + 1
      if (failed > 0) {
        replaceAt = clock.monotonicMs() + backoffMs(failed, ports.random(), RESTART)
      }
    }
  }

  /** Whether `fresh` took over; where it did not, the former goes on, or is started anew. */
  async function replace(fresh: PipelineThread): Promise<boolean> {
    next = fresh
    try {
      if (!(await fresh.until('ready'))) {
        log.warn('a pipeline with another catalog ended before it was ready; the former goes on')
        return false
      }
      const stoodStillAt = clock.monotonicMs()
      resting = current
      if (!stopped.signal.aborted) await ended('rest', STOP_TIMEOUT_MS.replace)
      if (stopped.signal.aborted) return false
      fresh.send({ kind: 'begin' })
      const isReading = await fresh.until('reading')
      if (stopped.signal.aborted) return false
      if (!isReading) {
        // In the place of the one that rests.
        void resting.leave()
        died(await fresh.end)
        return false
      }
      clearTimeout(restart)
      takeOver(fresh)
      letGo(resting)
      const stoodStillMs = clock.monotonicMs() - stoodStillAt
      replaceAt = clock.monotonicMs() + Math.max(REPLACE_EVERY_MS, REPLACE_SHARE * stoodStillMs)
      log.info({ kpis: fresh.kpis.length, stoodStillMs }, 'pipeline goes on with another catalog')
      return true
    } finally {
      next = undefined
      resting = undefined
      if (current !== fresh) void fresh.leave()
    }
  }

  /** Resolves when they are measured; soon in any case. */
  async function measured(): Promise<void> {
    // There is nothing to go on from: nobody has to wait for a stream that cannot be reached.
    if (!current.isReading()) return
    const done = new AbortController()
    waiting.push(() => done.abort())
    await pause(MEASURED_WITHIN_MS, AbortSignal.any([done.signal, stopped.signal]))
  }

  const threads = (): PipelineThread[] => (next === undefined ? [current] : [current, next])

  return {
    streamId: () => streamId,
    health: deaths.health,
    isUp: () => state !== 'gone',
    watch(key, view) {
      watched.set(key, view)
      send({ kind: 'watch', key, view })
    },
    unwatch(key) {
      watched.delete(key)
      send({ kind: 'unwatch', key })
    },
    onFrame: (listener) => void listeners.push(listener),
    rulesChanged() {
      for (const thread of threads()) thread.send({ kind: 'rules_changed' })
    },
    demoChanged(changed: DemoState) {
      demo = changed
      for (const thread of threads()) thread.send({ kind: 'demo', state: changed })
    },
    async catalogChanged(changed) {
      const before = kpis
      kpis = changed
      for (const thread of threads()) thread.send({ kind: 'words', kpis })
      if (changesUnits(before, kpis)) {
        for (const [key, view] of watched) send({ kind: 'watch', key, view })
      }
      if (stopped.signal.aborted || sameFigures(current.kpis, kpis)) return
      replacing ??= replaceUntilMeasured().finally(() => {
        replacing = undefined
      })
      await measured()
    },
    kpis: (query, { form, signal }) => ask<AnswerText>({ kind: 'kpis', query, form }, signal),
    series: (query, { form, signal }) => ask<AnswerText>({ kind: 'series', query, form }, signal),
    live: once(() => ask<ViewState>({ kind: 'live' })),
    shard: (shardId) => ask<ViewState>({ kind: 'shard', shardId }),
    metrics: once(() => ask<string>({ kind: 'metrics' })),
    async stop() {
      stopped.abort()
      clearTimeout(restart)
      const wasUp = state === 'up'
      state = 'ending'
      // What one that takes over at this moment has read is read again.
      void next?.leave()
      void leaving?.leave()
      if (wasUp) await ended('stop', STOP_TIMEOUT_MS.stop)
      // Nobody has to wait for its memory to be given back.
      void current.leave()
      questions.refuseAll('the pipeline is stopped')
    },
  }
}

const kpisOfView = (view: View): KpiId[] => (view.kind === 'overview' ? [view.kpi] : [])

function kpisOfQuestion(question: Question): KpiId[] {
  if (question.kind !== 'kpis' && question.kind !== 'series') return []
  const { by } = question.query
  return [
    ...(question.kind === 'series' ? [question.query.kpi] : []),
    ...(by === undefined ? [] : [by.rankedBy]),
  ]
}

/** Who asks while the answer is awaited gets the same one. */
function once<Answer>(ask: () => Promise<Answer>): () => Promise<Answer> {
  let awaited: Promise<Answer> | undefined
  return () => {
    awaited ??= ask().finally(() => {
      awaited = undefined
    })
    return awaited
  }
}
