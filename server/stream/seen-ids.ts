import { MINUTE_MS } from '../../lib/time.ts'
import { hashId } from './id-hash.ts'

/** How long an id is remembered, in arrival time, at the least. */
export const DEDUPLICATION_SPAN_MS = 10 * MINUTE_MS

/** 4 million ids take about 150 MB; beyond, the oldest minutes are forgotten first, and it is said. */
export const MAX_SEEN_IDS = 4_000_000

const WORDS = 4
const BYTES = WORDS * 4
const FIRST_CAPACITY = 1 << 14
const MAX_LOAD = 0.6

/** Ids that arrived in one minute and are not in the store yet. */
export interface FreshIds {
  minuteMs: number
  hashes: Uint8Array
}

export interface SeenIds {
  /** Whether `id` was seen before; from now on it was. `arrivedAt` in epoch ms. O(1). */
  check(id: string, arrivedAt: number): boolean
  /** Takes out what was seen since the last call, to be kept in the store. */
  takeFresh(): FreshIds[]
  /** Puts back what the store kept: 16 bytes a hash. */
  restore(ids: FreshIds): void
  /** Ids that arrived before `arrivalMs` may be forgotten. */
  forgetBefore(arrivalMs: number): void
  /** The arrival time from which on everything is remembered. */
  remembersFrom(): number
  size(): number
}

/**
 * The de-duplication memory: 128-bit hashes in one open-addressing table, each with the minute it
 * arrived in. Slots whose minute is forgotten are dropped when the table is rebuilt.
 */
export function createSeenIds(options: { maxIds?: number } = {}): SeenIds {
  const maxIds = options.maxIds ?? MAX_SEEN_IDS
  let capacity = FIRST_CAPACITY
  let words = new Uint32Array(capacity * WORDS)
  /** The arrival minute (minutes since 1970) of each slot; 0: empty. */
  let minutes = new Uint32Array(capacity)
  let used = 0
  let horizon = 0
  const perMinute = new Map<number, number>()
  const fresh = new Map<number, { bytes: Uint32Array; count: number }>()
  const hash = new Uint32Array(WORDS)

  function slotOf(): number {
    const mask = capacity - 1
    let slot = (hash[0] as number) & mask
    while (minutes[slot] !== 0) {
      const at = slot * WORDS
      if (
        words[at] === hash[0] &&
        words[at + 1] === hash[1] &&
        words[at + 2] === hash[2] &&
        words[at + 3] === hash[3]
      ) {
        return slot
      }
      slot = (slot + 1) & mask
    }
    return slot
  }

  function insert(slot: number, minute: number): void {
    words.set(hash, slot * WORDS)
    minutes[slot] = minute
    used++
    perMinute.set(minute, (perMinute.get(minute) ?? 0) + 1)
    if (used > capacity * MAX_LOAD) rebuild()
  }

  /** Drops what is forgotten, and grows if that was not enough. */
  function rebuild(): void {
    let live = 0
    for (const [minute, count] of perMinute) if (minute >= horizon) live += count
    if (live > maxIds) live = forgetOldest(live)
    for (const minute of perMinute.keys()) if (minute < horizon) perMinute.delete(minute)
    const oldWords = words
    const oldMinutes = minutes
    capacity = FIRST_CAPACITY
    // Room for half as much again, so that the next rebuild is far away.
    while (live * 1.5 > capacity * MAX_LOAD) capacity *= 2
    words = new Uint32Array(capacity * WORDS)
    minutes = new Uint32Array(capacity)
    used = 0
    const keep = hash.slice()
    for (let slot = 0; slot < oldMinutes.length; slot++) {
      const minute = oldMinutes[slot] as number
      if (minute === 0 || minute < horizon) continue
      hash.set(oldWords.subarray(slot * WORDS, slot * WORDS + WORDS))
      const place = slotOf()
      words.set(hash, place * WORDS)
      minutes[place] = minute
      used++
    }
    hash.set(keep)
  }

  function forgetOldest(live: number): number {
    let left = live
    for (const minute of [...perMinute.keys()].sort((a, b) => a - b)) {
      if (left <= maxIds * 0.9) break
      if (minute < horizon) continue
      left -= perMinute.get(minute) ?? 0
      horizon = minute + 1
    }
    return left
  }

  function remember(minute: number): void {
    let ids = fresh.get(minute)
    if (ids === undefined) {
      ids = { bytes: new Uint32Array(64 * WORDS), count: 0 }
      fresh.set(minute, ids)
    }
    if ((ids.count + 1) * WORDS > ids.bytes.length) {
      const larger = new Uint32Array(ids.bytes.length * 2)
      larger.set(ids.bytes)
      ids.bytes = larger
    }
    ids.bytes.set(hash, ids.count * WORDS)
    ids.count++
  }

  return {
    check(id, arrivedAt) {
      const minute = minuteOf(arrivedAt)
      hashId(id, hash)
      const slot = slotOf()
      const seenIn = minutes[slot] as number
      if (seenIn !== 0 && seenIn >= horizon) return true
      if (seenIn === 0) {
        insert(slot, minute)
      } else {
        // The same id, forgotten since: it counts as new, in this minute.
        perMinute.set(seenIn, (perMinute.get(seenIn) ?? 1) - 1)
        minutes[slot] = minute
        perMinute.set(minute, (perMinute.get(minute) ?? 0) + 1)
      }
      remember(minute)
      return false
    },
    takeFresh() {
      const taken = [...fresh].map(([minute, ids]) => ({
        minuteMs: minute * MINUTE_MS,
        hashes: new Uint8Array(ids.bytes.buffer, 0, ids.count * BYTES).slice(),
      }))
      fresh.clear()
      return taken
    },
    restore({ minuteMs, hashes }) {
      const minute = minuteOf(minuteMs)
      const view = new Uint32Array(hashes.slice().buffer)
      for (let at = 0; at + WORDS <= view.length; at += WORDS) {
        hash.set(view.subarray(at, at + WORDS))
        const slot = slotOf()
        if (minutes[slot] === 0) insert(slot, minute)
      }
    },
    forgetBefore(arrivalMs) {
      horizon = Math.max(horizon, minuteOf(arrivalMs))
    },
    remembersFrom: () => horizon * MINUTE_MS,
    size() {
      let live = 0
      for (const [minute, count] of perMinute) if (minute >= horizon) live += count
      return live
    },
  }
}

/** Minutes since 1970, at least 1 because 0 marks an empty slot. */
const minuteOf = (ms: number): number => Math.max(1, Math.floor(ms / MINUTE_MS))
