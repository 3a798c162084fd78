import { createStore } from 'zustand/vanilla'
import type { ViewState } from '../../lib/frames.ts'
import type { View } from '../../lib/view.ts'
import { browserNow } from './clock.ts'
import { type Frame, type LiveState, NOTHING_WATCHED, receive, turnTo } from './live-state.ts'
import { addSample, type ClockSamples, clockOffsetMs } from './server-clock.ts'

export interface Connection {
  /** `connecting` until the first connection; `lost` after it broke, or where the first one failed. */
  state: 'connecting' | 'live' | 'lost'
  /** Since when, by the browser's clock; 0 on the server. */
  since: number
  /** The server's; another one after it started anew. */
  instance: string | null
}

export interface LiveStore {
  live: LiveState
  connection: Connection
  samples: ClockSamples
  /** What the display stands still at; null: it moves. */
  paused: { state: ViewState; at: number } | null
  /** What the server found wrong with a request of ours. */
  problem: string | null
}

/** The one live state of the page. Only `socket.ts` and the hooks of `store.ts` touch it. */
export const liveStore = createStore<LiveStore>()(() => ({
  live: NOTHING_WATCHED,
  connection: { state: 'connecting', since: 0, instance: null },
  samples: [],
  paused: null,
  problem: null,
}))

/** Takes a frame in. Answers whether the view has to be asked for again. */
export function takeFrame(frame: Frame, receivedAt: number): 'nothing' | 'watch' {
  const { live, samples, connection } = liveStore.getState()
  const next = receive(live, frame)
  const instance = next.live.position?.instance ?? connection.instance
  liveStore.setState({
    live: next.live,
    samples: addSample(samples, frame.now, receivedAt),
    problem: null,
    ...(instance !== connection.instance && { connection: { ...connection, instance } }),
  })
  return next.ask
}

export function setConnection(state: Connection['state']): void {
  const { connection } = liveStore.getState()
  if (connection.state === state) return
  liveStore.setState({ connection: { ...connection, state, since: browserNow() } })
}

export const setProblem = (problem: string | null): void => liveStore.setState({ problem })

/** Turns to a view; a pause belongs to what was shown, so it ends. Answers whether the view is another one. */
export function turn(view: View): boolean {
  const { live } = liveStore.getState()
  const next = turnTo(live, view)
  if (next === live) return false
  liveStore.setState({ live: next, paused: null, problem: null })
  return true
}

/** Stops the display at what it shows, or lets it go on at the latest. */
export function togglePause(): void {
  const { paused, live, samples } = liveStore.getState()
  if (paused !== null) liveStore.setState({ paused: null })
  else if (live.state !== null) {
    liveStore.setState({ paused: { state: live.state, at: browserNow() + clockOffsetMs(samples) } })
  }
}
