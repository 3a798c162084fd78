import { diffView, emptyDelta } from '../lib/delta.ts'
import type { Cells, ViewState } from '../lib/frames.ts'
import type { View } from '../lib/view.ts'
import type { PipelineFrame } from './pipeline-port.ts'
import type { Clock } from './platform/clock.ts'
import { messageOf } from './platform/errors.ts'
import type { Log } from './platform/log.ts'
import { type Pause, pause as pauseInTime } from './platform/pause.ts'
import { EndedError, type Turns, type Worker } from './platform/turns.ts'

/** Views are brought up to date this often when nothing comes in: windows slide all the same. */
const FRAME_EVERY_MS = 500
/** And so soon when something does: from one frame to the next at the least. */
const LEAST_EVERY_MS = 100
/** Frames of one view take at most a fifth of the time, */
const OWN_SHARE = 5
/** and those of all that are no dearer than it at most half: what is dearer does not slow it down. */
const COMMON_SHARE = 2

export interface ViewPart {
  cells: Partial<Cells>
  series: ViewState['series']
}

export interface ViewSource {
  /** One view's own part at `now`; what is in every view is added. Calls do not overlap. */
  state(now: number): Promise<ViewPart> | ViewPart
  /** Nobody watches the view any more. */
  close?(): void
}

export interface LiveViews {
  watch(key: string, view: View): void
  unwatch(key: string): void
  /** The state of a view that nobody watches. */
  once(view: View, now: number): Promise<ViewState>
  /** There is something new to show. */
  news(): void
}

interface Watched {
  view: View
  worker: Worker
  /** Aborts when nobody watches it any more. */
  left: AbortController
  /** Made when the stream is reached. */
  source: ViewSource | undefined
  sent: ViewState | undefined
  /** Of a frame, ms; undefined: there was none. */
  costMs: number | undefined
}

/**
 * Every watched view, computed once for all who watch it; what is sent is what changed. Each has a pace of its own, by what
 * its frames cost, and works in turns with the others, so that a cheap one does not wait for dear ones.
 */
export function createLiveViews(ports: {
  /** undefined: the stream has not been reached yet. Long work asks `turn` for its turns. */
  sourceOf: (view: View, turn: () => Promise<void>) => ViewSource | undefined
  /** The cells of every view. */
  common: () => Cells
  /** While true no frame is sent: pages keep what they show. */
  quiet: () => boolean
  onFrame: (frame: PipelineFrame) => void
  turns: Turns
  clock: Clock
  log: Log
  /** No frames any more. */
  ending: AbortSignal
  pause?: Pause
}): LiveViews {
  const { clock, log, turns, ending, pause = pauseInTime } = ports
  const views = new Map<string, Watched>()
  const waiting = new Set<() => void>()
  let newsCount = 0

  const watchedOf = (view: View): Watched => ({
    ...{ view, worker: turns.worker(), left: new AbortController() },
    ...{ source: undefined, sent: undefined, costMs: undefined },
  })

  async function stateOf(watched: Watched, now: number): Promise<ViewState> {
    watched.source ??= ports.sourceOf(watched.view, watched.worker.turn)
    const part = await watched.source?.state(now)
    return { cells: { ...ports.common(), ...part?.cells } as Cells, series: part?.series ?? {} }
  }

  async function push(key: string, watched: Watched): Promise<void> {
    if (ports.quiet()) return
    await watched.worker.turn()
    const now = clock.now()
    const state = await stateOf(watched, now)
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

  /** Sends frames of a view for as long as somebody watches it. */
  async function keep(key: string, watched: Watched): Promise<void> {
    const signal = AbortSignal.any([ending, watched.left.signal])
    while (!signal.aborted) {
      const startedAt = clock.monotonicMs()
      const known = newsCount
      try {
        await push(key, watched)
      } catch (error) {
        if (error instanceof EndedError) return
        // One view's trouble is not another's; the next frame tries again.
        log.error({ problem: messageOf(error), key }, 'frame failed')
      }
      watched.costMs = watched.worker.done()
      await pause(startedAt + everyMs(watched) - clock.monotonicMs(), signal)
      if (newsCount === known) await untilNews(startedAt + FRAME_EVERY_MS, signal)
    }
  }

  function everyMs({ costMs = 0 }: Watched): number {
    let commonMs = 0
    for (const { costMs: otherMs = Number.POSITIVE_INFINITY } of views.values()) {
      if (otherMs <= costMs) commonMs += otherMs
    }
    return Math.max(LEAST_EVERY_MS, OWN_SHARE * costMs, COMMON_SHARE * commonMs)
  }

  async function untilNews(endMs: number, signal: AbortSignal): Promise<void> {
    const news = new AbortController()
    const stop = () => news.abort()
    waiting.add(stop)
    signal.addEventListener('abort', stop)
    await pause(endMs - clock.monotonicMs(), news.signal)
    signal.removeEventListener('abort', stop)
    waiting.delete(stop)
  }

  function leave(key: string): void {
    const watched = views.get(key)
    if (watched === undefined) return
    views.delete(key)
    watched.left.abort()
    watched.worker.end()
    watched.source?.close?.()
  }

  return {
    watch(key, view) {
      leave(key)
      const watched = watchedOf(view)
      views.set(key, watched)
      void keep(key, watched)
    },
    unwatch: leave,
    async once(view, now) {
      const watched = watchedOf(view)
      try {
        return await stateOf(watched, now)
      } finally {
        watched.source?.close?.()
      }
    },
    news() {
      newsCount++
      for (const hear of [...waiting]) hear()
    },
  }
}
