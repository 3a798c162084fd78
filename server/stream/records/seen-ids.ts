import { DEFAULT_REMEMBERED_IDS } from '../../../lib/deduplication.ts'
import { SECOND_MS } from '../../../lib/time.ts'
import { hashId, type IdHash } from './id-hash.ts'
import { createIdTable } from './id-table.ts'

const WORDS = 4
const BYTES = WORDS * 4

/** Ids that arrive within so long are forgotten together. */
const SLICE_MS = 10 * SECOND_MS
/** The newest slices stay, however many they hold: what came within the last 10 s is always known. */
const NEVER_FORGOTTEN = 2

/** Ids that arrived within one slice of time and are not in the store yet. */
export interface FreshIds {
  /** Where the slice begins. The first stores had slices of a minute. */
  minuteMs: number
  hashes: Uint8Array
}

export interface SeenIds {
  /** Whether `id` was seen before; from now on it was. `arrivedAt` in epoch ms. O(1). */
  check(id: string, arrivedAt: number): boolean
  /** The same by the id's hash, where it is at hand. */
  checkHash(of: IdHash, arrivedAt: number): boolean
  /** Ids with these hashes will be checked next, some tens at most: the processor then need not wait for the memory. */
  expect(hashes: readonly IdHash[]): void
  /** Takes out what was seen since the last call, to be kept in the store. */
  takeFresh(): FreshIds[]
  /** Puts back what the store kept: 16 bytes a hash. */
  restore(ids: FreshIds): void
  /** Ids that arrived before `arrivalMs` may be forgotten. */
  forgetBefore(arrivalMs: number): void
  /** The arrival time from which on everything is remembered. */
  remembersFrom(): number
  /** The arrival time up to which ids were forgotten because there were too many; undefined: never. */
  cutUpTo(): number | undefined
  size(): number
}

/** The ids of one slice of arrival time; slices are numbered since 1970. */
interface SliceIds {
  readonly slice: number
  /** In the table. */
  ids: number
  fresh: Uint32Array
  freshIds: number
}

const MAX_EXPECTED = 64
const NONE_FRESH = new Uint32Array(0)

/** The de-duplication memory: hashes of ids in one table, each with the slice of time it arrived in. */
export function createSeenIds(options: { maxIds?: number } = {}): SeenIds {
  const maxIds = options.maxIds ?? DEFAULT_REMEMBERED_IDS
  let horizon = 0
  let cut: number | undefined
  const bySlice = new Map<number, SliceIds>()
  let latest: SliceIds | undefined
  const hash = new Uint32Array(WORDS)
  const expected = new Uint32Array(MAX_EXPECTED)
  const table = createIdTable(() => {
    const live = countLive()
    if (live > maxIds) forgetOldest(live)
    dropForgottenSlices()
    return horizon
  })

  function idsOf(slice: number): SliceIds {
    if (latest?.slice === slice) return latest
    latest = bySlice.get(slice)
    if (latest === undefined) {
      latest = { slice, ids: 0, fresh: NONE_FRESH, freshIds: 0 }
      bySlice.set(slice, latest)
    }
    return latest
  }

  /** A hash that was of one slice, 0: of none, is of another. What is forgotten is counted no more. */
  function count(before: number, slice: number): void {
    if (before !== 0 && before >= horizon) idsOf(before).ids--
    idsOf(slice).ids++
  }

  function countLive(): number {
    let live = 0
    for (const { slice, ids } of bySlice.values()) if (slice >= horizon) live += ids
    return live
  }

  function forgetOldest(live: number): void {
    let left = live
    const known = [...bySlice.keys()].sort((a, b) => a - b)
    for (const slice of known.slice(0, -NEVER_FORGOTTEN)) {
      if (left <= maxIds * 0.9) break
      if (slice < horizon) continue
      left -= bySlice.get(slice)?.ids ?? 0
      horizon = slice + 1
      cut = horizon
    }
  }

  function dropForgottenSlices(): void {
    latest = undefined
    for (const [slice, known] of bySlice) {
      if (slice >= horizon) continue
      known.ids = 0
      if (known.freshIds === 0) bySlice.delete(slice)
    }
  }

  function checkHash(of: IdHash, arrivedAt: number): boolean {
    // What arrives from behind the horizon is remembered as long as what arrives at it.
    const slice = Math.max(horizon, sliceOf(arrivedAt))
    setHash(hash, of)
    const seenIn = table.put(hash, slice, horizon)
    if (seenIn !== 0 && seenIn >= horizon) return true
    count(seenIn, slice)
    remember(idsOf(slice), hash)
    return false
  }

  return {
    check: (id, arrivedAt) => checkHash(hashId(id), arrivedAt),
    checkHash,
    expect(hashes) {
      const count = Math.min(hashes.length, MAX_EXPECTED)
      for (let at = 0; at < count; at++) expected[at] = (hashes[at] as IdHash).b
      table.touch(expected, count)
    },
    takeFresh() {
      const taken: FreshIds[] = []
      for (const known of bySlice.values()) {
        if (known.freshIds === 0) continue
        const hashes = new Uint8Array(known.fresh.buffer, 0, known.freshIds * BYTES)
        taken.push({ minuteMs: known.slice * SLICE_MS, hashes: hashes.slice() })
        known.fresh = NONE_FRESH
        known.freshIds = 0
      }
      return taken
    },
    restore({ minuteMs, hashes }) {
      const slice = sliceOf(minuteMs)
      const view = new Uint32Array(hashes.slice().buffer)
      for (let at = 0; at + WORDS <= view.length; at += WORDS) {
        copyHash(view, at, hash, 0)
        const seenIn = table.put(hash, slice, slice)
        if (seenIn < slice) count(seenIn, slice)
      }
    },
    forgetBefore(arrivalMs) {
      horizon = Math.max(horizon, sliceOf(arrivalMs))
    },
    remembersFrom: () => horizon * SLICE_MS,
    cutUpTo: () => (cut === undefined ? undefined : cut * SLICE_MS),
    size: countLive,
  }
}

function remember(known: SliceIds, hash: Uint32Array): void {
  const at = known.freshIds * WORDS
  if (at === known.fresh.length) {
    const larger = new Uint32Array(Math.max(64 * WORDS, at * 2))
    larger.set(known.fresh)
    known.fresh = larger
  }
  copyHash(hash, 0, known.fresh, at)
  known.freshIds++
}

function setHash(hash: Uint32Array, { a, b, c, d }: IdHash): void {
  hash[0] = a
  hash[1] = b
  hash[2] = c
  hash[3] = d
}

/** Word by word: for so few, TypedArray.set costs several times as much. */
function copyHash(from: Uint32Array, at: number, to: Uint32Array, place: number): void {
  to[place] = from[at] as number
  to[place + 1] = from[at + 1] as number
  to[place + 2] = from[at + 2] as number
  to[place + 3] = from[at + 3] as number
}

/** Slices since 1970, at least 1 because 0 marks an empty slot. */
const sliceOf = (ms: number): number => Math.max(1, Math.floor(ms / SLICE_MS))
