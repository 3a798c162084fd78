export interface TextNumbers {
  /** How many texts have one. */
  size(): number
  get(text: string): number | undefined
  /** Of a text that has none. */
  set(text: string, number: number): void
  clear(): void
}

const MAPS = 16

/**
 * In many small maps: a large one that is emptied and filled again and again grows through all sizes each time, which
 * took a quarter of the time for events of a million keys.
 */
export function createTextNumbers(): TextNumbers {
  const maps = Array.from({ length: MAPS }, () => new Map<string, number>())
  let size = 0
  const mapOf = (text: string) =>
    maps[(text.charCodeAt(text.length - 1) + text.length) & (MAPS - 1)] as Map<string, number>

  return {
    size: () => size,
    get: (text) => mapOf(text).get(text),
    set(text, number) {
      mapOf(text).set(text, number)
      size++
    },
    clear() {
      if (size > 0) for (const map of maps) map.clear()
      size = 0
    },
  }
}
