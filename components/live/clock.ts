import { useCallback, useSyncExternalStore } from 'react'

/** The browser's own clock, epoch ms. Everything else takes the time as an argument. */
export const browserNow = (): number => Date.now()

interface Ticker {
  now: number
  timer: ReturnType<typeof setInterval>
  listeners: Set<() => void>
}

const tickers = new Map<number, Ticker>()

function subscribe(everyMs: number, listener: () => void): () => void {
  let ticker = tickers.get(everyMs)
  if (ticker === undefined) {
    const listeners = new Set<() => void>()
    const tick = () => {
      started.now = browserNow()
      for (const each of listeners) each()
    }
    const started: Ticker = { now: browserNow(), timer: setInterval(tick, everyMs), listeners }
    tickers.set(everyMs, started)
    ticker = started
  }
  ticker.listeners.add(listener)
  const joined = ticker
  return () => {
    joined.listeners.delete(listener)
    if (joined.listeners.size > 0) return
    clearInterval(joined.timer)
    tickers.delete(everyMs)
  }
}

/**
 * The browser's clock as it stood at the last tick; all who ask for the same interval tick together.
 * 0 while rendering on the server, where nothing that needs it is drawn.
 */
export function useBrowserNow(everyMs: number): number {
  return useSyncExternalStore(
    useCallback((listener) => subscribe(everyMs, listener), [everyMs]),
    () => tickers.get(everyMs)?.now ?? Math.floor(browserNow() / everyMs) * everyMs,
    () => 0,
  )
}
