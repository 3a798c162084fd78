import { diffView, emptyDelta } from '../lib/delta.ts'
import type { Cells, ViewState } from '../lib/frames.ts'
import type { View } from '../lib/view.ts'
import type { PipelineFrame } from './pipeline-port.ts'
import type { Clock } from './platform/clock.ts'
import { messageOf } from './platform/errors.ts'
import type { Log } from './platform/log.ts'
import { pause } from './platform/pause.ts'

/** Views are brought up to date this often when nothing comes in: windows slide all the same. */
const FRAME_EVERY_MS = 500
/** And so soon when something does: from one frame to the next at the least. */
const LEAST_EVERY_MS = 100
/** A view that needs longer, to read much of the past, goes on by itself; the others have their frames meanwhile. */
const WAITED_FOR_MS = 25
/** Frames take at most a fifth of the time. */
const FRAME_SHARE = 5

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
  /** Sends frames until `signal` aborts. */
  run(signal: AbortSignal): Promise<void>
}

interface Watched {
  view: View
  /** Made when the stream is reached. */
  source: ViewSource | undefined
  sent: ViewState | undefined
  busy: boolean
}

/** Every watched view, computed once for all who watch it; what is sent is what changed. */
export function createLiveViews(ports: {
  /** undefined: the stream has not been reached yet. */
  sourceOf: (view: View) => ViewSource | undefined
  /** The cells of every view. */
  common: () => Cells
  /** While true no frame is sent: pages keep what they show. */
  quiet: () => boolean
  onFrame: (frame: PipelineFrame) => void
  clock: Clock
  log: Log
}): LiveViews {
  const { clock, log } = ports
  const views = new Map<string, Watched>()
  let isNew = false
  let onNews: () => void = () => {}

  const watchedOf = (view: View): Watched => ({
    view,
    source: undefined,
    sent: undefined,
    busy: false,
  })

  async function stateOf(watched: Watched, now: number): Promise<ViewState> {
    watched.source ??= ports.sourceOf(watched.view)
    const part = await watched.source?.state(now)
    return { cells: { ...ports.common(), ...part?.cells } as Cells, series: part?.series ?? {} }
  }

  async function push(key: string, watched: Watched): Promise<void> {
    if (watched.busy || ports.quiet()) return
    watched.busy = true
    try {
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
    } catch (error) {
      // One view's trouble is not another's; the next round tries again.
      log.error({ problem: messageOf(error), key }, 'frame failed')
    } finally {
      watched.busy = false
    }
  }

  /** For so long, or until it is done. */
  async function waitedFor(pushed: Promise<void>): Promise<void> {
    const done = new AbortController()
    // It does not reject.
    void pushed.then(() => done.abort())
    await pause(WAITED_FOR_MS, done.signal)
  }

  async function untilNews(ms: number, signal: AbortSignal): Promise<void> {
    const waiting = new AbortController()
    onNews = () => waiting.abort()
    await pause(ms, AbortSignal.any([signal, waiting.signal]))
  }

  return {
    watch(key, view) {
      views.get(key)?.source?.close?.()
      const watched = watchedOf(view)
      views.set(key, watched)
      void push(key, watched)
    },
    unwatch(key) {
      views.get(key)?.source?.close?.()
      views.delete(key)
    },
    async once(view, now) {
      const watched = watchedOf(view)
      try {
        return await stateOf(watched, now)
      } finally {
        watched.source?.close?.()
      }
    },
    news() {
      isNew = true
      onNews()
    },
    async run(signal) {
      while (!signal.aborted) {
        const startedAt = clock.monotonicMs()
        isNew = false
        for (const [key, watched] of views) await waitedFor(push(key, watched))
        const tookMs = clock.monotonicMs() - startedAt
        await pause(Math.max(LEAST_EVERY_MS - tookMs, tookMs * (FRAME_SHARE - 1)), signal)
        if (!isNew) await untilNews(startedAt + FRAME_EVERY_MS - clock.monotonicMs(), signal)
      }
    },
  }
}
