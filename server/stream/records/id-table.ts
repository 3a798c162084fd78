/**
 * Words of a slot: two of the hash; one more, of which the last ten bits are the entry's own; then its tick, 0 where
 * the slot is empty. One cache line holds four slots.
 */
const WORDS = 4
const MIXED = 2
const TICK = 3
const OWN_BITS = 10
const OWN = (1 << OWN_BITS) - 1
/** Ticks are counted since 1970. A time is a tick and, in the entry's own bits, what is beyond it in ms. */
export const TICK_MS = 1 << OWN_BITS
/** The table is rebuilt a part at a time: no turn is long, and never is all of it in memory twice. */
const PART_BITS = 6
const PARTS = 1 << PART_BITS
const FIRST_SLOTS = 64
const MAX_LOAD = 0.7
/** When a part is rebuilt it gets room for so many times what it holds: the next time is far away. */
const ROOM = 1.3
/** The same of a part that holds few: while the table grows, each hash is moved once and not four times. */
const ROOM_OF_FEW = 2.5
const FEW = 8_192
const TWO_TO_32 = 2 ** 32

/** Of a hash of four words the last three count, but for ten bits: 86. An entry is a hash at a time, or some of it. */
export interface IdTable {
  /** Whether the hash is there at most `spanMs` from this time, in ms from `TICK_MS` on; if not, it is from now on. Amortized O(1). */
  put(hash: Uint32Array, ms: number, spanMs: number): boolean
  /** One more of the hash at this tick. Not for what was `put`. O(1), and the ticks at which the hash is there. */
  add(hash: Uint32Array, tick: number): Added
  /** One less of the hash at the earliest tick at most `spanTicks` from this one. Answers at which; 0: there is none. */
  take(hash: Uint32Array, tick: number, spanTicks: number): number
  /**
   * Reads where some hashes would be, given the second word of each, all at once: by the time they are put, the
   * processor has that in its cache, and has not waited for one after the other.
   */
  touch(words: Uint32Array, count: number): void
}

/** `full`: there were as many as are told apart, so it was not added. */
export type Added = 'new_entry' | 'counted' | 'full'

/** What a table asks when a part of it is about to be rebuilt. */
export interface TableRoom {
  /** Makes room where there is too little, and answers what stays. */
  room(): Kept
}

/** Entries from a tick on, but for those of which `isGone`. */
export interface Kept {
  fromTick: number
  isGone: ((tick: number) => boolean) | undefined
}

interface Part {
  slots: Uint32Array
  capacity: number
  used: number
  /** With so much in it, it is rebuilt before there is more. */
  limit: number
}

export function createIdTable({ room }: TableRoom): IdTable {
  const parts = Array.from({ length: PARTS }, () => newPart(FIRST_SLOTS))
  const partOf = (word: number): number => word >>> (32 - PART_BITS)

  function rebuilt(index: number): Part {
    const old = parts[index] as Part
    const kept = room()
    // And the one that is to come.
    const live = countKept(old, kept) + 1
    const factor = live < FEW ? ROOM_OF_FEW : ROOM
    const part = newPart(Math.max(FIRST_SLOTS, Math.ceil((live * factor) / MAX_LOAD)))
    moveKept(old, part, kept)
    parts[index] = part
    return part
  }

  /** `at`: the empty slot where the hash would be. */
  function fill(index: number, at: number, hash: Uint32Array, own: number, tick: number): void {
    let part = parts[index] as Part
    let slot = at
    if (part.used >= part.limit) {
      part = rebuilt(index)
      slot = emptySlot(part, hash[1] as number)
    }
    const { slots } = part
    slots[slot] = hash[1] as number
    slots[slot + 1] = hash[2] as number
    slots[slot + MIXED] = ((hash[3] as number) & ~OWN) | own
    slots[slot + TICK] = tick
    part.used++
  }

  /** What is read has to go somewhere, or the compiler leaves the reading out. */
  const touched = { word: 0 }

  return {
    touch(words, count) {
      let all = 0
      for (let at = 0; at < count; at++) {
        const word = words[at] as number
        const { slots, capacity } = parts[partOf(word)] as Part
        all ^= slots[firstPlace(word, capacity) + TICK] as number
      }
      touched.word ^= all
    },
    put(hash, ms, spanMs) {
      const one = hash[1] as number
      const two = hash[2] as number
      const three = hash[3] as number
      const tick = Math.floor(ms / TICK_MS)
      const own = ms & OWN
      const index = partOf(one)
      const { slots, capacity } = parts[index] as Part
      const end = capacity * WORDS
      let at = firstPlace(one, capacity)
      for (;;) {
        const known = slots[at + TICK] as number
        if (known === 0) break
        if (slots[at] === one && slots[at + 1] === two) {
          const mixed = slots[at + MIXED] as number
          if ((mixed ^ three) >>> OWN_BITS === 0) {
            const apart = (known - tick) * TICK_MS + ((mixed & OWN) - own)
            if (apart <= spanMs && apart >= -spanMs) return true
          }
        }
        at += WORDS
        if (at === end) at = 0
      }
      fill(index, at, hash, own, tick)
      return false
    },
    add(hash, tick) {
      const index = partOf(hash[1] as number)
      const part = parts[index] as Part
      const { slots } = part
      let at = firstPlace(hash[1] as number, part.capacity)
      for (; slots[at + TICK] !== 0; at = behind(at, part)) {
        if (slots[at + TICK] !== tick || !isAt(slots, at, hash)) continue
        const mixed = slots[at + MIXED] as number
        if ((mixed & OWN) === OWN) return 'full'
        slots[at + MIXED] = mixed + 1
        return 'counted'
      }
      fill(index, at, hash, 1, tick)
      return 'new_entry'
    },
    take(hash, tick, spanTicks) {
      const part = parts[partOf(hash[1] as number)] as Part
      const { slots } = part
      let earliest = Number.POSITIVE_INFINITY
      let from = 0
      let at = firstPlace(hash[1] as number, part.capacity)
      for (; slots[at + TICK] !== 0; at = behind(at, part)) {
        const known = slots[at + TICK] as number
        if (known >= earliest || Math.abs(known - tick) > spanTicks) continue
        if (!isAt(slots, at, hash) || ((slots[at + MIXED] as number) & OWN) === 0) continue
        earliest = known
        from = at
      }
      if (earliest === Number.POSITIVE_INFINITY) return 0
      slots[from + MIXED] = (slots[from + MIXED] as number) - 1
      return earliest
    },
  }
}

const newPart = (capacity: number): Part => ({
  slots: new Uint32Array(capacity * WORDS),
  capacity,
  used: 0,
  limit: Math.floor(capacity * MAX_LOAD),
})

const isAt = (slots: Uint32Array, at: number, hash: Uint32Array): boolean =>
  slots[at] === hash[1] &&
  slots[at + 1] === hash[2] &&
  ((slots[at + MIXED] as number) ^ (hash[3] as number)) >>> OWN_BITS === 0

function behind(at: number, { capacity }: Part): number {
  const next = at + WORDS
  return next === capacity * WORDS ? 0 : next
}

function emptySlot(part: Part, word: number): number {
  let at = firstPlace(word, part.capacity)
  while (part.slots[at + TICK] !== 0) at = behind(at, part)
  return at
}

/** By the bits that do not choose the part, in proportion: a capacity need be no power of two. */
const firstPlace = (word: number, capacity: number): number =>
  Math.floor((((word << PART_BITS) >>> 0) * capacity) / TWO_TO_32) * WORDS

const isKept = (tick: number, { fromTick, isGone }: Kept): boolean =>
  tick >= fromTick && (isGone === undefined || !isGone(tick))

function countKept({ slots }: Part, kept: Kept): number {
  let live = 0
  for (let at = TICK; at < slots.length; at += WORDS) {
    const tick = slots[at] as number
    if (tick !== 0 && isKept(tick, kept)) live++
  }
  return live
}

/** No two are the same: the first empty slot is its own. */
function moveKept(from: Part, to: Part, kept: Kept): void {
  const { slots: old } = from
  const { slots } = to
  for (let at = 0; at < old.length; at += WORDS) {
    const tick = old[at + TICK] as number
    if (tick === 0 || !isKept(tick, kept)) continue
    const place = emptySlot(to, old[at] as number)
    slots[place] = old[at] as number
    slots[place + 1] = old[at + 1] as number
    slots[place + MIXED] = old[at + MIXED] as number
    slots[place + TICK] = tick
    to.used++
  }
}
