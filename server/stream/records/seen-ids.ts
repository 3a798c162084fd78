import { MINUTE_MS } from '../../../lib/time.ts'
import { hashId } from './id-hash.ts'
import { createIdTable } from './id-table.ts'

/** How long an id is remembered, in arrival time, at the least. */
export const DEDUPLICATION_SPAN_MS = 10 * MINUTE_MS

/** 4 million ids take about 110 MB; beyond, the oldest minutes are forgotten first, and it is said. */
export const MAX_SEEN_IDS = 4_000_000

const WORDS = 4
const BYTES = WORDS * 4

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

/** The ids of one arrival minute. */
interface MinuteIds {
  readonly minute: number
  /** In the table. */
  ids: number
  fresh: Uint32Array
  freshIds: number
}

const NONE_FRESH = new Uint32Array(0)

/** The de-duplication memory: hashes of ids in one table, each with the minute it arrived in. */
export function createSeenIds(options: { maxIds?: number } = {}): SeenIds {
  const maxIds = options.maxIds ?? MAX_SEEN_IDS
  let horizon = 0
  const byMinute = new Map<number, MinuteIds>()
  let latest: MinuteIds | undefined
  const hash = new Uint32Array(WORDS)
  const table = createIdTable(() => {
    const live = countLive()
    if (live > maxIds) forgetOldest(live)
    dropForgottenMinutes()
    return horizon
  })

  function idsOf(minute: number): MinuteIds {
    if (latest?.minute === minute) return latest
    latest = byMinute.get(minute)
    if (latest === undefined) {
      latest = { minute, ids: 0, fresh: NONE_FRESH, freshIds: 0 }
      byMinute.set(minute, latest)
    }
    return latest
  }

  /** A hash that was of one minute, 0: of none, is of another. What is forgotten is counted no more. */
  function count(before: number, minute: number): void {
    if (before !== 0 && before >= horizon) idsOf(before).ids--
    idsOf(minute).ids++
  }

  function countLive(): number {
    let live = 0
    for (const { minute, ids } of byMinute.values()) if (minute >= horizon) live += ids
    return live
  }

  function forgetOldest(live: number): void {
    let left = live
    for (const minute of [...byMinute.keys()].sort((a, b) => a - b)) {
      if (left <= maxIds * 0.9) break
      if (minute < horizon) continue
      left -= byMinute.get(minute)?.ids ?? 0
      horizon = minute + 1
    }
  }

  function dropForgottenMinutes(): void {
    latest = undefined
    for (const [minute, known] of byMinute) {
      if (minute >= horizon) continue
      known.ids = 0
      if (known.freshIds === 0) byMinute.delete(minute)
    }
  }

  return {
    check(id, arrivedAt) {
      // What arrives from behind the horizon is remembered as long as what arrives at it.
      const minute = Math.max(horizon, minuteOf(arrivedAt))
      hashId(id, hash)
      const seenIn = table.put(hash, minute, horizon)
      if (seenIn !== 0 && seenIn >= horizon) return true
      count(seenIn, minute)
      remember(idsOf(minute), hash)
      return false
    },
    takeFresh() {
      const taken: FreshIds[] = []
      for (const known of byMinute.values()) {
        if (known.freshIds === 0) continue
        const hashes = new Uint8Array(known.fresh.buffer, 0, known.freshIds * BYTES)
        taken.push({ minuteMs: known.minute * MINUTE_MS, hashes: hashes.slice() })
        known.fresh = NONE_FRESH
        known.freshIds = 0
      }
      return taken
    },
    restore({ minuteMs, hashes }) {
      const minute = minuteOf(minuteMs)
      const view = new Uint32Array(hashes.slice().buffer)
      for (let at = 0; at + WORDS <= view.length; at += WORDS) {
        copyHash(view, at, hash, 0)
        const seenIn = table.put(hash, minute, minute)
        if (seenIn < minute) count(seenIn, minute)
      }
    },
    forgetBefore(arrivalMs) {
      horizon = Math.max(horizon, minuteOf(arrivalMs))
    },
    remembersFrom: () => horizon * MINUTE_MS,
    size: countLive,
  }
}

function remember(known: MinuteIds, hash: Uint32Array): void {
  const at = known.freshIds * WORDS
  if (at === known.fresh.length) {
    const larger = new Uint32Array(Math.max(64 * WORDS, at * 2))
    larger.set(known.fresh)
    known.fresh = larger
  }
  copyHash(hash, 0, known.fresh, at)
  known.freshIds++
}

/** Word by word: for so few, TypedArray.set costs several times as much. */
function copyHash(from: Uint32Array, at: number, to: Uint32Array, place: number): void {
  to[place] = from[at] as number
  to[place + 1] = from[at + 1] as number
  to[place + 2] = from[at + 2] as number
  to[place + 3] = from[at + 3] as number
}

/** Minutes since 1970, at least 1 because 0 marks an empty slot. */
const minuteOf = (ms: number): number => Math.max(1, Math.floor(ms / MINUTE_MS))
