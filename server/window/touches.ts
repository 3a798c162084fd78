import type { TimeRange } from './window-range.ts'

/** Changes to event time that are remembered one by one; whoever asks for older ones is told "anything". */
const MAX_TOUCHES = 8_192

/** Which event time was added to since when, so that what was computed from the rest stays valid. */
export interface Touches {
  /** Grows with every change. */
  version(): number
  add(range: TimeRange): void
  /** What was touched after `version`; null: perhaps everything. */
  since(version: number): TimeRange[] | null
}

export function createTouches(): Touches {
  const ring: TimeRange[] = []
  let version = 0
  return {
    version: () => version,
    add(range) {
      ring[version % MAX_TOUCHES] = range
      version++
    },
    since(from) {
      if (version - from > MAX_TOUCHES) return null
      const touched = new Map<string, TimeRange>()
      for (let at = from; at < version; at++) {
        const range = ring[at % MAX_TOUCHES] as TimeRange
        touched.set(`${range.from} ${range.to}`, range)
      }
      return [...touched.values()]
    },
  }
}
