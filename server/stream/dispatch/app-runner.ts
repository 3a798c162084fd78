import type { AppCell } from '../../../lib/frames.ts'
import { plainEvent } from '../../../lib/scanned-event.ts'
import { SECOND_MS } from '../../../lib/time.ts'
import type { Clock } from '../../platform/clock.ts'
import { messageOf } from '../../platform/errors.ts'
import type { Log } from '../../platform/log.ts'
import type { AppliedEvent, SealedWork, StreamApp } from '../stream-app.ts'
import { type AppTime, createAppTime } from './app-time.ts'

/** An app that throws once may have had a bad moment: it is asked again before an event is blamed. */
const TRIES = 2

/**
 * What was folded since the last seal is kept for so many events, to be given again to an app that throws. More
 * would be copied again and again by the garbage collector: a tenth of the processor's time while catching up.
 */
const KEPT_EVENTS = 1_000

/** An app threw while more was folded than is kept: only a careful start from the last commit isolates the event. */
export class AppFailedError extends Error {
  override readonly name = 'AppFailedError'
  constructor(
    readonly app: string,
    cause: unknown,
  ) {
    super(`the app ${app} failed: ${messageOf(cause)}`, { cause })
  }
}

/** Work of one app that was sealed; the commit's error names it. */
export interface AppWork {
  app: string
  work: SealedWork
}

/** Gives events to every app. What one app cannot take stops neither that app nor the others. */
export interface AppRunner {
  /** In shard order, each event once. O(n) a batch; O(n log n) where an app throws. Throws `AppFailedError`. */
  fold(events: readonly AppliedEvent[]): void
  /** Takes out what was folded since the last seal. */
  seal(): AppWork[]
  /** An app has writing left that needs no event. */
  owes(): boolean
  /** How many events may be given at once, so that no app holds the thread for long. */
  batchEvents(): number
  cells(): AppCell[]
}

export interface AppRunnerPorts {
  clock: Clock
  log: Log
  /** Everything since the last seal is kept, however much it is. */
  careful: boolean
  /** An event that `app` cannot take: everything else of its batch is in. */
  poisoned: (app: string, event: AppliedEvent, problem: string) => void
}

export function createAppRunner(apps: readonly StreamApp[], ports: AppRunnerPorts): AppRunner {
  const runs = apps.map((app) => createRun(app, ports))
  /** Since the last seal; what an app discards it is given again. null: too much to be kept. */
  let since: (readonly AppliedEvent[])[] | null = []
  let kept = 0
  return {
    fold(events) {
      for (const run of runs) run.fold(events, since)
      kept += events.length
      if (!ports.careful && kept > KEPT_EVENTS) since = null
      since?.push(events)
    },
    seal() {
      since = []
      kept = 0
      return runs.flatMap((run) => run.seal())
    },
    owes: () => apps.some((app) => app.owes?.() === true),
    batchEvents: () => Math.min(...runs.map(({ time }) => time.batchEvents())),
    cells: () => runs.map((run) => run.cell()),
  }
}

type Since = readonly (readonly AppliedEvent[])[] | null

interface Run {
  time: AppTime
  fold(events: readonly AppliedEvent[], since: Since): void
  seal(): AppWork[]
  cell(): AppCell
}

function createRun(app: StreamApp, { clock, log, poisoned }: AppRunnerPorts): Run {
  const time = createAppTime(clock)
  const name = app.name
  /** Sealed before the commit's own seal, so that a batch that throws takes nothing of them along. */
  let held: SealedWork[] = []
  /** How many batches of `since` are in `held`. */
  let safe = 0
  const given = (events: readonly AppliedEvent[]) =>
    app.readsFields === true ? events : events.map(plain)
  let failed = 0
  let lastError: string | null = null

  function fold(events: readonly AppliedEvent[], since: Since): void {
    try {
      time.measure(events.length, () => app.fold(given(events)))
    } catch (error) {
      log.warn({ app: name, events: events.length, problem: messageOf(error) }, 'app failed')
      if (since === null) throw new AppFailedError(name, error)
      app.discard()
      isolate(since.slice(safe).flat())
      isolate(events)
      safe = since.length + 1
    }
  }

  /** Folds and seals `events` but for those that the app cannot take. */
  function isolate(events: readonly AppliedEvent[]): void {
    if (events.length === 0) return
    let problem = ''
    for (let tries = 0; tries < TRIES; tries++) {
      try {
        time.measure(events.length, () => app.fold(given(events)))
        held.push(app.seal())
        return
      } catch (error) {
        app.discard()
        problem = messageOf(error)
      }
    }
    const [event] = events
    if (events.length === 1 && event !== undefined) {
      blame(event, problem)
      return
    }
    const middle = events.length >> 1
    isolate(events.slice(0, middle))
    isolate(events.slice(middle))
  }

  function blame(event: AppliedEvent, problem: string): void {
    failed++
    lastError = problem
    const { shardId, sequenceNumber, index } = event
    log.error({ app: name, shardId, sequenceNumber, index, problem }, 'app cannot take an event')
    poisoned(name, event, problem)
  }

  return {
    time,
    fold,
    seal() {
      const works = [...held, app.seal()]
      held = []
      safe = 0
      return works.map((work) => ({ app: name, work }))
    },
    cell: () => ({ name, ...time.reading(SECOND_MS * 10), failed, lastError }),
  }
}

const plain = (applied: AppliedEvent): AppliedEvent => ({
  ...applied,
  event: plainEvent(applied.event),
})
