import { MINUTE_MS } from '../../../lib/time.ts'
import { hashId } from './id-hash.ts'

/** How long an id is remembered, in arrival time, at the least. */
export const DEDUPLICATION_SPAN_MS = 10 * MINUTE_MS

/** 4 million ids take about 150 MB; beyond, the oldest minutes are forgotten first, and it is said. */
export const MAX_SEEN_IDS = 4_000_000

const WORDS = 4
const BYTES = WORDS * 4
const FIRST_BITS = 14
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

/** The ids of one arrival minute. */
interface MinuteIds {
  readonly minute: number
  /** In the table. */
  ids: number
  fresh: Uint32Array
  freshIds: number
}

const NONE_FRESH = new Uint32Array(0)

/**
 * The de-duplication memory: 128-bit hashes in one open-addressing table, each with the minute it
 * arrived in. Slots whose minute is forgotten are dropped when the table is rebuilt.
 */
export function createSeenIds(options: { maxIds?: number } = {}): SeenIds {
  const maxIds = options.maxIds ?? MAX_SEEN_IDS
  let bits = FIRST_BITS
  let capacity = 1 << bits
  let words = new Uint32Array(capacity * WORDS)
  /** The arrival minute (minutes since 1970) of each slot; 0: empty. */
  let minutes = new Uint32Array(capacity)
  let used = 0
  let horizon = 0
  const byMinute = new Map<number, MinuteIds>()
  let latest: MinuteIds | undefined
  const hash = new Uint32Array(WORDS)

  function idsOf(minute: number): MinuteIds {
    if (latest?.minute === minute) return latest
    latest = byMinute.get(minute)
    if (latest === undefined) {
      latest = { minute, ids: 0, fresh: NONE_FRESH, freshIds: 0 }
      byMinute.set(minute, latest)
    }
    return latest
  }

  /** Where the hash `from[at…]` is, or the empty slot where it would be. */
  function slotOf(from: Uint32Array, at: number): number {
    const mask = capacity - 1
    let slot = firstSlotOf(from, at, bits)
    while (minutes[slot] !== 0) {
      const held = slot * WORDS
      if (
        words[held] === from[at] &&
        words[held + 1] === from[at + 1] &&
        words[held + 2] === from[at + 2] &&
        words[held + 3] === from[at + 3]
      ) {
        return slot
      }
      slot = (slot + 1) & mask
    }
    return slot
  }

  function insert(slot: number, minute: number): void {
    copyHash(hash, 0, words, slot * WORDS)
    minutes[slot] = minute
    used++
    idsOf(minute).ids++
    if (used > capacity * MAX_LOAD) rebuild()
  }

  /** A known hash that counts from now on as seen in another minute. */
  function move(slot: number, minute: number): void {
    idsOf(minutes[slot] as number).ids--
    minutes[slot] = minute
    idsOf(minute).ids++
  }

  /** Drops what is forgotten, and grows if that was not enough. */
  function rebuild(): void {
    let live = countLive()
    if (live > maxIds) live = forgetOldest(live)
    dropForgottenMinutes()
    const old: Table = { bits, words, minutes }
    bits = FIRST_BITS
    // Room for half as much again, so that the next rebuild is far away.
    while (live * 1.5 > (1 << bits) * MAX_LOAD) bits++
    capacity = 1 << bits
    words = new Uint32Array(capacity * WORDS)
    minutes = new Uint32Array(capacity)
    used = 0
    const table: Table = { bits, words, minutes }
    for (let slot = 0; slot < old.minutes.length; slot += SLOTS_A_CALL) {
      used += moveSlots(old, slot, table, horizon)
    }
  }

  function countLive(): number {
    let live = 0
    for (const { minute, ids } of byMinute.values()) if (minute >= horizon) live += ids
    return live
  }

  function forgetOldest(live: number): number {
    let left = live
    for (const minute of [...byMinute.keys()].sort((a, b) => a - b)) {
      if (left <= maxIds * 0.9) break
      if (minute < horizon) continue
      left -= byMinute.get(minute)?.ids ?? 0
      horizon = minute + 1
    }
    return left
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
      const slot = slotOf(hash, 0)
      const seenIn = minutes[slot] as number
      if (seenIn !== 0 && seenIn >= horizon) return true
      if (seenIn === 0) insert(slot, minute)
      else move(slot, minute)
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
        const slot = slotOf(hash, 0)
        const seenIn = minutes[slot] as number
        if (seenIn === 0) insert(slot, minute)
        else if (seenIn < minute) move(slot, minute)
      }
    },
    forgetBefore(arrivalMs) {
      horizon = Math.max(horizon, minuteOf(arrivalMs))
    },
    remembersFrom: () => horizon * MINUTE_MS,
    size: countLive,
  }
}

/** By the first bits of the hash: so the slots of a larger table are in the same order, and it is filled in order. */
const firstSlotOf = (words: Uint32Array, at: number, bits: number): number =>
  (words[at] as number) >>> (32 - bits)

interface Table {
  bits: number
  words: Uint32Array
  minutes: Uint32Array
}

/** A table is moved in so many calls that the compiler takes notice: ten times as fast as one long loop. */
const SLOTS_A_CALL = 1_024

/** Moves the slots from `from` on whose minute is not forgotten, at most `SLOTS_A_CALL`. Returns how many. */
function moveSlots(old: Table, from: number, table: Table, horizon: number): number {
  const { bits, words, minutes } = table
  const mask = minutes.length - 1
  const to = Math.min(old.minutes.length, from + SLOTS_A_CALL)
  let moved = 0
  for (let slot = from; slot < to; slot++) {
    const minute = old.minutes[slot] as number
    if (minute === 0 || minute < horizon) continue
    // No two are the same: the first empty slot is its own.
    let place = firstSlotOf(old.words, slot * WORDS, bits)
    while (minutes[place] !== 0) place = (place + 1) & mask
    copyHash(old.words, slot * WORDS, words, place * WORDS)
    minutes[place] = minute
    moved++
  }
  return moved
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
