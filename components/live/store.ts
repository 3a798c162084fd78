import { useEffect } from 'react'
import { useStore } from 'zustand'
import type { Cells, Point, ViewState } from '../../lib/frames.ts'
import { type View, viewKey } from '../../lib/view.ts'
import { browserNow, useBrowserNow } from './clock.ts'
import { type DataAge, dataAge } from './data-age.ts'
import { arrived } from './live-state.ts'
import { type Connection, type LiveStore, liveStore, togglePause, turn } from './live-store.ts'
import { clockOffsetMs } from './server-clock.ts'
import { sendWatch, startSocket } from './socket.ts'

/** Cells that every page shows stay live while the display is paused: an alert does not wait. */
const NEVER_PAUSED: ReadonlySet<string> = new Set(['status', 'firing'])

const shown = (store: LiveStore): ViewState | null => store.paused?.state ?? store.live.state

/** A cell of the watched view; undefined until it comes, or where there is none. */
export function useCell<Name extends keyof Cells>(name: Name): Cells[Name] | undefined {
  return useStore(
    liveStore,
    (store) => (NEVER_PAUSED.has(name as string) ? store.live.state : shown(store))?.cells[name],
  )
}

/** All cells of the watched view, as shown. Changes with every frame. */
export const useCells = (): Cells | undefined => useStore(liveStore, (store) => shown(store)?.cells)

const NO_POINTS: Point[] = []

/** The points of a series, oldest first; empty where there is none. */
export const useSeries = (name: string): Point[] =>
  useStore(liveStore, (store) => shown(store)?.series[name] ?? NO_POINTS)

const NO_SERIES: Record<string, Point[]> = {}

export const useAllSeries = (): Record<string, Point[]> =>
  useStore(liveStore, (store) => shown(store)?.series ?? NO_SERIES)

export function useConnection(): Connection {
  useEffect(startSocket, [])
  return useStore(liveStore, (store) => store.connection)
}

/** Whether the watched view has come: before, cells are missing, or are those of the view before. */
export const useArrived = (): boolean =>
  useStore(liveStore, (store) => store.paused !== null || arrived(store.live))

/**
 * Whether what is held is `view`: also right in the first moment of a page, when the view of the page
 * before is still there.
 */
export function useArrivedAt(view: View): boolean {
  const key = viewKey(view)
  return useStore(
    liveStore,
    ({ live, paused }) =>
      live.view !== null && viewKey(live.view) === key && (paused !== null || arrived(live)),
  )
}

export const useProblem = (): string | null => useStore(liveStore, (store) => store.problem)

/** The server's clock, epoch ms, ticking. 0 while rendering on the server. For ages and durations. */
export function useServerNow(everyMs = 1_000): number {
  const now = useBrowserNow(everyMs)
  const offsetMs = useStore(liveStore, (store) => clockOffsetMs(store.samples))
  return now === 0 ? 0 : now + offsetMs
}

/** The server's clock now, for what is done at a press. */
export const serverNow = (): number => browserNow() + clockOffsetMs(liveStore.getState().samples)

/** The moment the display shows: the server's clock, held while paused or the connection is lost. For chart axes. */
export function useShownNow(everyMs = 1_000): number {
  const now = useServerNow(everyMs)
  const pausedAt = useStore(liveStore, (store) => store.paused?.at)
  const lostAt = useStore(liveStore, (store) =>
    store.connection.state === 'lost'
      ? store.connection.since + clockOffsetMs(store.samples)
      : undefined,
  )
  return pausedAt ?? lostAt ?? now
}

/** How old the newest data is, ticking four times a second. */
export function useDataAge(): DataAge {
  const now = useServerNow(250)
  const status = useCell('status')
  const lost = useStore(liveStore, (store) => store.connection.state === 'lost')
  return dataAge(status, now, lost)
}

/** Shows `view` while the component is there: one view at a time, the last to ask. Equal views are one. */
export function useWatch(view: View): void {
  const key = viewKey(view)
  // biome-ignore lint/correctness/useExhaustiveDependencies: equal keys are equal views
  useEffect(() => {
    startSocket()
    if (turn(view)) sendWatch()
  }, [key])
}

export interface Pause {
  paused: boolean
  /** The server's time at which the display stands; null: it moves. */
  at: number | null
  toggle: () => void
}

/** Paused, the display stands still while data goes on; afterwards it is at the latest at once. */
export function usePause(): Pause {
  const at = useStore(liveStore, (store) => store.paused?.at ?? null)
  return { paused: at !== null, at, toggle: togglePause }
}
