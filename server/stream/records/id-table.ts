/** Words of a slot: three of the hash, then the minute, 0 where the slot is empty. One cache line holds four slots. */
const WORDS = 4
const MINUTE = 3
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

/** Hashes, each with a minute above 0. Those of minutes that are over are dropped when their part is rebuilt. */
export interface IdTable {
  /**
   * Gives the hash this minute if it has none from `horizon` on, and answers the one it had: 0 for none, else at least
   * `horizon`, or below it and over. Amortized O(1). The last three of the hash's four words count.
   */
  put(hash: Uint32Array, minute: number, horizon: number): number
  /**
   * Reads where some hashes would be, given the second word of each, all at once: by the time they are put, the
   * processor has that in its cache, and has not waited for one after the other.
   */
  touch(words: Uint32Array, count: number): void
}

interface Part {
  slots: Uint32Array
  capacity: number
  used: number
  /** With more than this in it, it is rebuilt. */
  limit: number
}

/** `onCrowded`: a part is about to be rebuilt. Answers the minute from which on its hashes stay. */
export function createIdTable(onCrowded: () => number): IdTable {
  const parts = Array.from({ length: PARTS }, () => newPart(FIRST_SLOTS))
  const partOf = (word: number): number => word >>> (32 - PART_BITS)

  function rebuild(index: number): void {
    const old = parts[index] as Part
    const horizon = onCrowded()
    const live = countLive(old, horizon)
    const room = live < FEW ? ROOM_OF_FEW : ROOM
    const part = newPart(Math.max(FIRST_SLOTS, Math.ceil((live * room) / MAX_LOAD)))
    moveLive(old, part, horizon)
    parts[index] = part
  }

  /** What is read has to go somewhere, or the compiler leaves the reading out. */
  const touched = { word: 0 }

  return {
    touch(words, count) {
      let all = 0
      for (let at = 0; at < count; at++) {
        const word = words[at] as number
        const { slots, capacity } = parts[partOf(word)] as Part
        all ^= slots[firstPlace(word, capacity) + MINUTE] as number
      }
      touched.word ^= all
    },
    put(hash, minute, horizon) {
      const index = partOf(hash[1] as number)
      const part = parts[index] as Part
      const at = placeOf(part, hash[1] as number, hash[2] as number, hash[3] as number)
      const { slots } = part
      const known = slots[at + MINUTE] as number
      if (known !== 0) {
        if (known < horizon) slots[at + MINUTE] = minute
        return known
      }
      fill(slots, at, hash, minute)
      part.used++
      if (part.used > part.limit) rebuild(index)
      return 0
    },
  }
}

const newPart = (capacity: number): Part => ({
  slots: new Uint32Array(capacity * WORDS),
  capacity,
  used: 0,
  limit: Math.floor(capacity * MAX_LOAD),
})

function fill(slots: Uint32Array, at: number, hash: Uint32Array, minute: number): void {
  slots[at] = hash[1] as number
  slots[at + 1] = hash[2] as number
  slots[at + 2] = hash[3] as number
  slots[at + MINUTE] = minute
}

/** Where the hash is, or the empty slot where it would be. */
function placeOf({ slots, capacity }: Part, one: number, two: number, three: number): number {
  const end = capacity * WORDS
  let at = firstPlace(one, capacity)
  while (slots[at + MINUTE] !== 0) {
    if (slots[at] === one && slots[at + 1] === two && slots[at + 2] === three) return at
    at += WORDS
    if (at === end) at = 0
  }
  return at
}

/** By the bits that do not choose the part, in proportion: a capacity need be no power of two. */
const firstPlace = (word: number, capacity: number): number =>
  Math.floor((((word << PART_BITS) >>> 0) * capacity) / TWO_TO_32) * WORDS

function countLive({ slots }: Part, horizon: number): number {
  let live = 0
  for (let at = MINUTE; at < slots.length; at += WORDS) {
    const minute = slots[at] as number
    if (minute !== 0 && minute >= horizon) live++
  }
  return live
}

/** No two are the same: the first empty slot is its own. */
function moveLive(from: Part, to: Part, horizon: number): void {
  const { slots: old } = from
  const { slots, capacity } = to
  const end = capacity * WORDS
  for (let at = 0; at < old.length; at += WORDS) {
    const minute = old[at + MINUTE] as number
    if (minute === 0 || minute < horizon) continue
    let place = firstPlace(old[at] as number, capacity)
    while (slots[place + MINUTE] !== 0) {
      place += WORDS
      if (place === end) place = 0
    }
    slots[place] = old[at] as number
    slots[place + 1] = old[at + 1] as number
    slots[place + 2] = old[at + 2] as number
    slots[place + MINUTE] = minute
    to.used++
  }
}
