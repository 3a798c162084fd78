import { DEDUPLICATION_SPAN_MS } from '../../../lib/deduplication.ts'
import { createCutRanges } from './cut-ranges.ts'
import { type Kept, type TableRoom, TICK_MS } from './id-table.ts'

const WORDS = 4
export const ENTRY_BYTES = WORDS * 4

const SLICE_TICKS = 10
/** What arrives within so long is stored and forgotten together; slices are numbered since 1970. */
export const SLICE_MS = SLICE_TICKS * TICK_MS
/** What a slice takes in memory beside its entries, in entries. */
const SLICE_COST = 6
/** The slices that were added to last stay, however many entries they hold. */
const NEVER_CUT = 2
/** So that it is not cut all the time. */
const CUT_TO = 0.9

/** Entries of one slice of arrival time that are not in the store yet, 16 bytes each. */
export interface FreshSlice {
  sliceMs: number
  entries: Uint8Array
}

/** Slices that begin in a stretch of time are forgotten. `cut`: for want of room, and before their time. */
export interface ForgottenSlices {
  fromMs: number
  toMs: number
  cut: boolean
}

/** What changed in a memory since the last look: the store has to follow. */
export interface MemoryNews {
  fresh: FreshSlice[]
  forgotten: ForgottenSlices[]
}

/** What of a memory is at hand, slice by slice: entries in its table, those that are not stored yet, what was forgotten. */
export interface ArrivalSlices extends TableRoom {
  /** One more entry is in the table, and is to be stored: its first word says what the slice does not. */
  put(slice: number, first: number, hash: Uint32Array): void
  /** The same, and there is no more in the table than before. */
  note(slice: number, first: number, hash: Uint32Array): void
  /** An entry that is in the store is in the table. */
  restored(slice: number): void
  /** The store says that the slice was cut. What was restored of it before is not there any more. */
  restoredCut(slice: number): void
  /** Slices that are over by this time, epoch ms, are forgotten. It may go back, and then forgets less. */
  forgetBefore(ms: number): void
  takeNews(): MemoryNews
  /** How far from this time, before and after, nothing was cut; at most the de-duplication span. */
  wholeAround(ms: number): number
  size(): number
}

interface Slice {
  readonly number: number
  /** In the table. */
  entries: number
  fresh: Uint32Array
  freshEntries: number
}

const NONE_FRESH = new Uint32Array(0)

export const sliceOf = (ms: number): number => Math.floor(ms / SLICE_MS)
const sliceOfTick = (tick: number): number => Math.floor(tick / SLICE_TICKS)
export const tickOfSlice = (slice: number): number => slice * SLICE_TICKS

/** Where there are more than `maxEntries`, the slices that were added to longest ago are cut. */
export function createArrivalSlices(maxEntries: number): ArrivalSlices {
  /** Those that are not forgotten, in the order in which they were added to last. */
  const bySlice = new Map<number, Slice>()
  const withFresh = new Set<Slice>()
  const cuts = createCutRanges()
  let forgotten: ForgottenSlices[] = []
  let horizon = 0
  let latest: Slice | undefined

  function at(number: number): Slice {
    if (latest?.number === number) return latest
    const known = bySlice.get(number)
    if (known === undefined) makeRoom()
    const slice = known ?? newSlice(number)
    bySlice.delete(number)
    bySlice.set(number, slice)
    latest = slice
    return slice
  }

  function note(number: number, first: number, hash: Uint32Array): void {
    const slice = at(number)
    if (slice.freshEntries === 0) withFresh.add(slice)
    write(slice, first, hash)
  }

  function forget(slice: Slice): void {
    bySlice.delete(slice.number)
    withFresh.delete(slice)
    if (latest === slice) latest = undefined
  }

  /** Cuts what was added to longest ago. */
  function makeRoom(): void {
    let left = size() + bySlice.size * SLICE_COST
    if (left <= maxEntries) return
    for (const slice of [...bySlice.values()].slice(0, -NEVER_CUT)) {
      if (left <= maxEntries * CUT_TO) break
      left -= slice.entries + SLICE_COST
      forget(slice)
      cuts.add(slice.number)
      forgotten.push({ ...rangeOf(slice.number, slice.number + 1), cut: true })
    }
  }

  function size(): number {
    let entries = 0
    for (const slice of bySlice.values()) entries += slice.entries
    return entries
  }

  /** What was cut in between is gone, unless something was added to it since. */
  function room(): Kept {
    makeRoom()
    let from = Number.POSITIVE_INFINITY
    for (const number of bySlice.keys()) from = Math.min(from, number)
    const gone = cuts.all().filter(({ to }) => to > from)
    const isGone = (tick: number): boolean => {
      const slice = sliceOfTick(tick)
      return gone.some((range) => slice >= range.from && slice < range.to) && !bySlice.has(slice)
    }
    return { fromTick: tickOfSlice(from), isGone: gone.length === 0 ? undefined : isGone }
  }

  return {
    room,
    put(number, first, hash) {
      note(number, first, hash)
      ;(latest as Slice).entries++
    },
    note,
    restored(number) {
      at(number).entries++
    },
    restoredCut(number) {
      const slice = bySlice.get(number)
      if (slice !== undefined) forget(slice)
      cuts.add(number)
    },
    forgetBefore(ms) {
      const before = sliceOf(ms)
      if (before === horizon) return
      horizon = before
      for (const slice of bySlice.values()) {
        if (slice.number >= horizon) continue
        forget(slice)
        forgotten.push({ ...rangeOf(slice.number, slice.number + 1), cut: false })
      }
      for (const { from, to } of cuts.takeBefore(horizon)) {
        forgotten.push({ ...rangeOf(from, to), cut: false })
      }
    },
    takeNews() {
      const fresh = [...withFresh].map((slice) => ({
        sliceMs: slice.number * SLICE_MS,
        entries: takeFresh(slice),
      }))
      withFresh.clear()
      const news = { fresh, forgotten }
      forgotten = []
      return news
    },
    wholeAround(ms) {
      let span = DEDUPLICATION_SPAN_MS
      for (const { from, to } of cuts.all()) {
        const { fromMs, toMs } = rangeOf(from, to)
        span = Math.min(span, Math.max(0, ms - toMs, fromMs - ms))
      }
      return span
    },
    size,
  }
}

const newSlice = (number: number): Slice => ({
  number,
  entries: 0,
  fresh: NONE_FRESH,
  freshEntries: 0,
})

const rangeOf = (from: number, to: number) => ({ fromMs: from * SLICE_MS, toMs: to * SLICE_MS })

function takeFresh(slice: Slice): Uint8Array {
  const entries = new Uint8Array(slice.fresh.buffer, 0, slice.freshEntries * ENTRY_BYTES).slice()
  slice.fresh = NONE_FRESH
  slice.freshEntries = 0
  return entries
}

function write(slice: Slice, first: number, hash: Uint32Array): void {
  const at = slice.freshEntries * WORDS
  if (at === slice.fresh.length) {
    const larger = new Uint32Array(Math.max(64 * WORDS, at * 2))
    larger.set(slice.fresh)
    slice.fresh = larger
  }
  // Word by word: for so few, TypedArray.set costs several times as much.
  slice.fresh[at] = first
  slice.fresh[at + 1] = hash[1] as number
  slice.fresh[at + 2] = hash[2] as number
  slice.fresh[at + 3] = hash[3] as number
  slice.freshEntries++
}
