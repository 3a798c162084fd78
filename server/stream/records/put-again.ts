import { DEDUPLICATION_SPAN_MS } from '../../../lib/deduplication.ts'
import {
  createArrivalSlices,
  type FreshSlice,
  type MemoryNews,
  SLICE_MS,
  sliceOf,
  tickOfSlice,
} from './arrival-slices.ts'
import { hashBytes, hashId, type IdHash } from './id-hash.ts'
import { createIdTable, TICK_MS } from './id-table.ts'

const WORDS = 4

/**
 * Where a sub-record of an aggregate is: outside its shard's range; in it, `beside` others that are outside; or inside
 * with all of its aggregate. A record that is no aggregate is `plain`: its explicit hash key no reader is told.
 */
export type Standing = 'outside' | 'beside' | 'inside' | 'plain'

/** What a producer puts. */
export interface PutUnit {
  readonly partitionKey: string
  readonly explicitHashKey?: string | undefined
  readonly data: Uint8Array
}

/**
 * What was put and counted without an id, so that a put that the Kinesis Producer Library makes again by itself, because
 * the first went to a shard whose range it is not in, is counted once (ADR 32).
 */
export interface PutAgain {
  /**
   * Whether one with the same partition key, explicit hash key and bytes was counted within the span before or after it,
   * of another standing, and not found by another one yet. If not, it counts, and may be found itself.
   */
  isAgain(unit: PutUnit, standing: Standing, arrivedAt: number): boolean
  /** The stream carries aggregates: only then a plain record can be one of their sub-records. */
  aggregatesCome(): void
  takeNews(): MemoryNews
  /** Puts back what the store kept, in the order in which it was kept. */
  restore(kept: FreshSlice): void
  forgetBefore(arrivalMs: number): void
  wholeAround(arrivalMs: number): number
  size(): number
}

/** Slices that may be so far apart: what is at most ten minutes apart always is, what is 10 s further apart never. */
const SPAN_SLICES = Math.ceil(DEDUPLICATION_SPAN_MS / SLICE_MS)
const SPAN_TICKS = tickOfSlice(SPAN_SLICES)

/** Under what a unit is remembered, and what is mixed into its hash for that. */
const KINDS = {
  outside: 0x3c6ef372,
  beside: 0x5f1d36f1,
  inside: 0x1b873593,
  plain: 0x27d4eb2f,
  /** One outside or beside that has an explicit hash key, by its partition key and bytes alone: for plain ones. */
  anyHashKey: 0x165667b1,
} as const
type Kind = keyof typeof KINDS
type StrayKind = 'outside' | 'beside'

/** The first word of an entry: its kind's place in the list, and whether there is one more or one less. */
const KIND_LIST = Object.keys(KINDS) as Kind[]
const ADDED = 0
const TAKEN = 1

interface UnitHash {
  /** Of its partition key and bytes. */
  base: IdHash
  /** Of its explicit hash key, too; the very `base` where it has none. */
  whole: IdHash
}

export function createPutAgain({ maxUnits }: { maxUnits: number }): PutAgain {
  const slices = createArrivalSlices(maxUnits)
  const table = createIdTable(slices)
  const hash = new Uint32Array(WORDS)
  let plainToo = false
  /** Slices among which all are that hold anything outside or beside; mostly there is none. */
  let strays = NO_STRAYS

  function setHash({ b, c, d }: IdHash, kind: Kind): void {
    hash[1] = b ^ KINDS[kind]
    hash[2] = c
    hash[3] = d
  }

  function add(of: IdHash, kind: Kind, slice: number): void {
    setHash(of, kind)
    const added = table.add(hash, tickOfSlice(slice))
    if (added === 'new_entry') slices.put(slice, entryWord(kind, ADDED), hash)
    else if (added === 'counted') slices.note(slice, entryWord(kind, ADDED), hash)
  }

  /** Of the earliest slice within the span, and answers which; undefined: there is none. */
  function takeAt(of: IdHash, kind: Kind, slice: number, spanTicks: number): number | undefined {
    setHash(of, kind)
    const tick = table.take(hash, tickOfSlice(slice), spanTicks)
    if (tick === 0) return undefined
    const at = sliceOf(tick * TICK_MS)
    slices.note(at, entryWord(kind, TAKEN), hash)
    return at
  }

  const take = (of: IdHash, kind: Kind, slice: number): boolean =>
    takeAt(of, kind, slice, SPAN_TICKS) !== undefined

  function expectStrays(slice: number): void {
    strays = { from: Math.min(strays.from, slice), to: Math.max(strays.to, slice) }
  }

  function addStray({ base, whole }: UnitHash, kind: StrayKind, slice: number): void {
    add(whole, kind, slice)
    if (whole !== base) add(base, 'anyHashKey', slice)
    expectStrays(slice)
  }

  /**
   * With its entry without the key, which is of the same slice. A plain record that was found to be one with an explicit
   * hash key has taken that: the entry with the key stands for nothing any more.
   */
  function takeStray({ base, whole }: UnitHash, kind: StrayKind, slice: number): boolean {
    for (;;) {
      const at = takeAt(whole, kind, slice, SPAN_TICKS)
      if (at === undefined) return false
      if (whole === base || takeAt(base, 'anyHashKey', at, 0) !== undefined) return true
    }
  }

  /** Finds the unit that this one is, and takes it: it is not found again. */
  function found(standing: Standing, unit: UnitHash, slice: number): boolean {
    switch (standing) {
      case 'outside':
        return (
          take(unit.whole, 'inside', slice) ||
          take(unit.base, 'plain', slice) ||
          takeStray(unit, 'beside', slice)
        )
      case 'beside':
        return (
          takeStray(unit, 'outside', slice) ||
          take(unit.whole, 'inside', slice) ||
          take(unit.base, 'plain', slice)
        )
      case 'inside':
        return takeStray(unit, 'outside', slice) || takeStray(unit, 'beside', slice)
      case 'plain':
        return (
          take(unit.base, 'outside', slice) ||
          take(unit.base, 'beside', slice) ||
          take(unit.base, 'anyHashKey', slice)
        )
    }
  }

  function restoreEntry(word: number, slice: number): void {
    const kind = KIND_LIST[word >> 1]
    if ((word & 1) === TAKEN) table.take(hash, tickOfSlice(slice), 0)
    else if (table.add(hash, tickOfSlice(slice)) === 'new_entry') slices.restored(slice)
    if (kind === 'outside' || kind === 'beside') expectStrays(slice)
  }

  return {
    isAgain(unit, standing, arrivedAt) {
      const slice = sliceOf(Math.max(SLICE_MS, arrivedAt))
      const stray = standing === 'outside' || standing === 'beside'
      const near = slice >= strays.from - SPAN_SLICES && slice <= strays.to + SPAN_SLICES
      if (standing === 'plain' && !plainToo && !near) return false
      const hashes = hashUnit(unit)
      if ((stray || near) && found(standing, hashes, slice)) return true
      if (stray) addStray(hashes, standing, slice)
      else if (standing === 'inside') add(hashes.whole, 'inside', slice)
      else if (plainToo) add(hashes.base, 'plain', slice)
      return false
    },
    aggregatesCome: () => {
      plainToo = true
    },
    takeNews: slices.takeNews,
    restore({ sliceMs, entries }) {
      const slice = sliceOf(sliceMs)
      if (entries.length === 0) slices.restoredCut(slice)
      const words = new Uint32Array(entries.slice().buffer)
      for (let at = 0; at + WORDS <= words.length; at += WORDS) {
        hash.set(words.subarray(at, at + WORDS))
        restoreEntry(words[at] as number, slice)
      }
    },
    forgetBefore(arrivalMs) {
      slices.forgetBefore(arrivalMs)
      if (strays.to < sliceOf(arrivalMs)) strays = NO_STRAYS
    },
    wholeAround: slices.wholeAround,
    size: slices.size,
  }
}

const NO_STRAYS = { from: Number.POSITIVE_INFINITY, to: Number.NEGATIVE_INFINITY }

const entryWord = (kind: Kind, change: number): number => (KIND_LIST.indexOf(kind) << 1) | change

function hashUnit({ partitionKey, explicitHashKey, data }: PutUnit): UnitHash {
  const base = mixed(hashBytes(data), hashId(partitionKey))
  if (explicitHashKey === undefined) return { base, whole: base }
  return { base, whole: mixed(base, hashId(explicitHashKey)) }
}

/** Which comes first matters. */
const mixed = (first: IdHash, second: IdHash): IdHash => ({
  a: mixWord(first.a, second.a),
  b: mixWord(first.b, second.b),
  c: mixWord(first.c, second.c),
  d: mixWord(first.d, second.d),
})

const mixWord = (first: number, second: number): number =>
  (Math.imul(first ^ (first >>> 15), 0x85ebca6b) + second) | 0
