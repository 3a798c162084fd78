import { browserNow } from './clock.ts'
import { liveStore } from './live-store.ts'
import { clockOffsetMs } from './server-clock.ts'

type Act = (now: number) => void

/** More presses than anyone makes before the first frame. */
const MAX_WAITING = 50

let waiting: Act[] = []
let stopListening: (() => void) | undefined

/**
 * Does what needs the server's time: at once where a frame has told it, else with the first one that does, in the order of
 * the presses. The browser's own clock may be off by days.
 */
export function atServerTime(act: Act): void {
  if (waiting.length < MAX_WAITING) waiting.push(act)
  doWaiting()
  if (waiting.length > 0) stopListening ??= liveStore.subscribe(doWaiting)
}

/** Something else was chosen: what waits would only undo it. */
export function forgetWaiting(): void {
  waiting = []
  stopListening?.()
  stopListening = undefined
}

function doWaiting(): void {
  const { samples } = liveStore.getState()
  if (samples.length === 0) return
  const acts = waiting
  forgetWaiting()
  for (const act of acts) act(browserNow() + clockOffsetMs(samples))
}
