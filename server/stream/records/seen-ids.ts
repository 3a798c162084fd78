import { DEDUPLICATION_SPAN_MS, DEFAULT_REMEMBERED_IDS } from '../../../lib/deduplication.ts'
import {
  createArrivalSlices,
  type FreshSlice,
  type MemoryNews,
  SLICE_MS,
  sliceOf,
} from './arrival-slices.ts'
import { hashId, type IdHash } from './id-hash.ts'
import { createIdTable, TICK_MS } from './id-table.ts'

const WORDS = 4

/**
 * The ids of the events that were applied, each with its arrival time. An event is a duplicate exactly when one with
 * the same id was applied that arrived at most ten minutes before or after it (ADR 31).
 */
export interface SeenIds {
  /** Whether `id` makes it a duplicate; if not, it counts as applied from now on. `arrivedAt` in epoch ms. O(1). */
  check(id: string, arrivedAt: number): boolean
  /** The same by the id's hash, where it is at hand. */
  checkHash(of: IdHash, arrivedAt: number): boolean
  /** Ids with these hashes will be checked next, some tens at most: the processor then need not wait for the memory. */
  expect(hashes: readonly IdHash[]): void
  /** Takes out what changed since the last call, to be kept in the store. */
  takeNews(): MemoryNews
  /** Puts back what the store kept, in the order in which it was kept. */
  restore(kept: FreshSlice): void
  /** Nothing will come any more that arrived less than the de-duplication span after `arrivalMs`. */
  forgetBefore(arrivalMs: number): void
  /** How far from this arrival time no id was forgotten for want of room; at most the de-duplication span. */
  wholeAround(arrivalMs: number): number
  size(): number
}

const MAX_EXPECTED = 64

/** Hashes of ids in one table. */
export function createSeenIds(options: { maxIds?: number } = {}): SeenIds {
  const slices = createArrivalSlices(options.maxIds ?? DEFAULT_REMEMBERED_IDS)
  const table = createIdTable(slices)
  const hash = new Uint32Array(WORDS)
  const expected = new Uint32Array(MAX_EXPECTED)

  function checkHash({ b, c, d }: IdHash, arrivedAt: number): boolean {
    const ms = Math.max(TICK_MS, arrivedAt)
    hash[1] = b
    hash[2] = c
    hash[3] = d
    if (table.put(hash, ms, DEDUPLICATION_SPAN_MS)) return true
    const slice = sliceOf(ms)
    slices.put(slice, ms - slice * SLICE_MS, hash)
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
    takeNews: slices.takeNews,
    restore({ sliceMs, entries }) {
      const slice = sliceOf(sliceMs)
      if (entries.length === 0) slices.restoredCut(slice)
      const words = new Uint32Array(entries.slice().buffer)
      for (let at = 0; at + WORDS <= words.length; at += WORDS) {
        const offset = words[at] as number
        // Of a row that was damaged.
        if (offset >= SLICE_MS) continue
        const ms = slice * SLICE_MS + offset
        hash.set(words.subarray(at, at + WORDS))
        if (!table.put(hash, ms, DEDUPLICATION_SPAN_MS)) slices.restored(slice)
      }
    },
    forgetBefore: slices.forgetBefore,
    wholeAround: slices.wholeAround,
    size: slices.size,
  }
}
