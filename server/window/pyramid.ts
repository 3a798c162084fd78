import { type Changes, createChanges } from './changes.ts'
import {
  EMPTY_PANE,
  type FrozenPane,
  freeze,
  frozenBytes,
  mergeFrozen,
  sharingKeys,
} from './codec.ts'
import type { PaneRef } from './decompose.ts'
import { createHeldPanes, type Held, isEmpty, newHeld, type PlacedRef } from './held.ts'
import { createKeyPool, type KeyPool } from './key-pool.ts'
import { LEVELS, levelAt, paneStart } from './levels.ts'
import { createLostPanes, type LostPanes } from './lost-panes.ts'
import type { MeasureSet, Selection } from './measures.ts'
import { boundPane, type KeyChoice, mergePane, type Pane } from './pane.ts'
import { type PaneDimension, type PlacedPane, paneDimensions } from './pane-dimension.ts'
import type { PaneOptions } from './pane-options.ts'
import { createResting } from './resting.ts'
import type { Retention } from './retention.ts'
import { createRollUp } from './roll-up.ts'
import { createTouches, type Touches } from './touches.ts'

/**
 * The panes of all levels, as far as they are in memory: those still being filled or not yet in the store
 * as mutable panes, the others as bytes, bounded, the longest unused leaving first. The store is the truth
 * for all that is clean.
 *
 * What is added goes into a pane of one level at once and into the coarser ones when these are read or
 * written, a whole pane at a time.
 */
export interface Pyramid {
  /** Adds what one seal took out, numbered by `ordinal`. Takes the panes over. */
  apply(panes: readonly PlacedPane[], ordinal: number, atMs: number): void
  /**
   * Hands what closed panes hold up to the coarser ones, at most `limit` of them: otherwise it is done
   * all at once when these are read or written. Leaves those that are still being added to.
   */
  rollUp(now: number, atMs: number, limit: number): void
  /** Adds `placed` to the pane of `level` alone: for a replay that knows what each level lacks. */
  applyTo(level: number, placed: PlacedPane, ordinal: number, atMs: number): void
  /** Encodes panes that the store has not seen, oldest change first. They count as written from now on. */
  capture(limits: CaptureLimits): CapturedPane[]
  /** What was captured is durable; it may leave memory. */
  settle(captured: readonly CapturedPane[], now: number): void
  /** A pane is as old as `capture` asks for. */
  isDue(limits: Pick<CaptureLimits, 'minAgeMs' | 'atMs'>): boolean
  /** The ordinal of the oldest change that no written pane holds yet. */
  oldestUnwritten(): number | undefined
  /** Of these panes those whose stored part has to be loaded before they can be read. */
  missing(refs: readonly PaneRef[], dimension: PaneDimension): PaneRef[]
  /** Panes that take in changes while a part of them is only in the store. */
  incomplete(limit: number): PlacedRef[]
  /** Brings in the stored part of a pane; undefined: the store has none. */
  load(place: PlacedRef, stored: FrozenPane | undefined): void
  /** Adds the panes' selected measures to `target`. None of them may be missing. */
  read(
    refs: readonly PaneRef[],
    dimension: PaneDimension,
    target: Pane,
    selection: Selection,
    choice?: KeyChoice,
  ): void
  /** There are rows in the store up to this start: older panes that are not in memory may be there. */
  storedUpTo(level: number, dimension: PaneDimension, start: number): void
  /** No pane before this time was ever seen. */
  oldest(): number
  sawEvent(time: number): void
  /** Keeps panes in memory while a reading is under way. Answers how to end that. */
  hold(): () => void
  /** The strings of keys that panes share. */
  readonly keyPool: KeyPool
  readonly measures: MeasureSet
  /** In which there are panes. */
  readonly dimensions: readonly PaneDimension[]
  readonly retention: Retention
  readonly touches: Touches
  readonly changes: Changes
  /** What is missing in the store for good. */
  readonly lost: LostPanes
  /** Raised when what the store holds has changed. */
  generation(): number
  sizes(): PyramidSizes
}

export interface CapturedPane extends PlacedRef {
  frozen: FrozenPane
  held: Held
}

export interface CaptureLimits {
  /** Leaves those changed less than this long ago, unless there are too many. */
  minAgeMs: (level: number) => number
  atMs: number
  maxBytes: number
  /** With more unwritten panes than this, their age no longer matters. */
  maxUnwritten: number
}

export interface PyramidSizes {
  unwritten: number
  resting: number
  restingBytes: number
}

export interface PyramidOptions extends PaneOptions {
  /** Bound on the bytes of panes at rest. */
  maxRestingBytes: number
}

export function createPyramid(options: PyramidOptions): Pyramid {
  const { crossed, pins, maxRestingBytes } = options
  const dimensions = paneDimensions(crossed)
  const tables = LEVELS.map(
    () => new Map(dimensions.map((dimension) => [dimension, new Map<number, Held>()])),
  )
  const newest = LEVELS.map(() => new Map<PaneDimension, number>())
  /** In the order of their first changes. */
  const unwritten = new Set<Held>()
  const partial = new Set<Held>()
  /** Written, but still open: soon to change again. */
  const idle = new Map<Held, FrozenPane>()
  const changes = createChanges()
  const panes = createHeldPanes(options, changes)
  const rollUp = createRollUp(panes)
  const resting = createResting(maxRestingBytes, ({ level, dimension, start }) =>
    table(level, dimension).delete(start),
  )
  const touches = createTouches()
  const keyPool = createKeyPool()
  let oldest = Number.POSITIVE_INFINITY
  let generation = 0

  const table = (level: number, dimension: PaneDimension) =>
    tables[level]?.get(dimension) as Map<number, Held>

  function isNew(level: number, dimension: PaneDimension, start: number): boolean {
    return start > (newest[level]?.get(dimension) ?? Number.NEGATIVE_INFINITY)
  }

  function storedUpTo(level: number, dimension: PaneDimension, start: number): void {
    if (isNew(level, dimension, start)) newest[level]?.set(dimension, start)
  }

  function hold(place: PlacedRef): Held {
    const { level, dimension, start } = place
    const known = table(level, dimension).get(start)
    if (known !== undefined) return known
    const held = newHeld(place, isNew(level, dimension, start))
    storedUpTo(level, dimension, start)
    table(level, dimension).set(start, held)
    if (!held.whole) partial.add(held)
    return held
  }

  /** To be called before anything is added. */
  function change(held: Held, ordinal: number, atMs: number): void {
    held.addedAtMs = atMs
    if (held.changed !== 0) return
    held.changed = ordinal
    held.changedAtMs = atMs
    unwritten.add(held)
    idle.delete(held)
    resting.remove(held)
  }

  function apply(placed: PlacedPane, ordinal: number, atMs: number): void {
    const { dimension, start, pane } = placed
    let held = hold(placed)
    change(held, ordinal, atMs)
    const gone = panes.foldBefore(held, pane)
    changes.added(placed)
    if (isEmpty(held)) held.live = pane
    else panes.add(held, pane, gone)
    rollUp.goAhead(held, pane)
    for (let level = placed.level + 1; level < LEVELS.length; level++) {
      const parent = hold({ level, dimension, start: paneStart(start, levelAt(level).ms) })
      change(parent, ordinal, atMs)
      rollUp.owes(held, parent)
      held = parent
    }
    if (dimension === '') {
      oldest = Math.min(oldest, start)
      touches.add({ from: start, to: start + levelAt(placed.level).ms })
    }
  }

  function capture(limits: CaptureLimits): CapturedPane[] {
    const captured: CapturedPane[] = []
    let bytes = 0
    for (const held of unwritten) {
      if (!held.whole) continue
      const crowded = unwritten.size > limits.maxUnwritten
      if (!crowded && limits.atMs - held.changedAtMs < limits.minAgeMs(held.level)) continue
      rollUp.catchUp(held)
      const pane = panes.thaw(held)
      panes.trim(held, pane)
      const frozen = freeze(pane)
      unwritten.delete(held)
      held.changed = 0
      const { level, dimension, start } = held
      captured.push({ level, dimension, start, held, frozen })
      bytes += frozenBytes(frozen)
      if (bytes > limits.maxBytes) break
    }
    return captured
  }

  /** O(1) where one is, else O(n) of those changed since the shortest age. */
  function isDue({ minAgeMs, atMs }: Pick<CaptureLimits, 'minAgeMs' | 'atMs'>): boolean {
    const shortest = Math.min(...LEVELS.map((_, level) => minAgeMs(level)))
    for (const held of unwritten) {
      const ageMs = atMs - held.changedAtMs
      if (ageMs < shortest) return false
      if (ageMs >= minAgeMs(held.level)) return true
    }
    return false
  }

  function settle(captured: readonly CapturedPane[], now: number): void {
    for (const { held, frozen } of captured) if (held.changed === 0) idle.set(held, frozen)
    for (const [held, frozen] of idle) {
      if (held.start + levelAt(held.level).ms > now) continue
      idle.delete(held)
      held.live = null
      held.frozen = sharingKeys(frozen, keyPool)
      resting.add(held)
    }
    if (captured.length > 0) generation++
    resting.evict()
  }

  function load(place: PlacedRef, stored: FrozenPane | undefined): void {
    const known = table(place.level, place.dimension).get(place.start)
    if (known?.whole === true) return
    const held = known ?? hold(place)
    partial.delete(held)
    held.whole = true
    if (known === undefined) {
      held.frozen = stored ?? EMPTY_PANE
      resting.add(held)
    } else if (stored !== undefined) {
      panes.complete(held, stored)
    }
  }

  function isMissing({ level, start }: PaneRef, dimension: PaneDimension): boolean {
    const held = table(level, dimension).get(start)
    if (held !== undefined) return !held.whole
    return !isNew(level, dimension, start) && start + levelAt(level).ms > oldest
  }

  return {
    apply: (placed, ordinal, atMs) => {
      for (const one of placed) apply(one, ordinal, atMs)
    },
    applyTo(level, { dimension, start, pane }, ordinal, atMs) {
      const held = hold({ level, dimension, start: paneStart(start, levelAt(level).ms) })
      change(held, ordinal, atMs)
      panes.add(held, pane)
    },
    rollUp: rollUp.closed,
    capture,
    isDue,
    settle,
    load,
    storedUpTo,
    keyPool,
    measures: options.measures,
    dimensions,
    retention: options.retention,
    touches,
    changes,
    lost: createLostPanes(),
    oldestUnwritten: () => unwritten.values().next().value?.changed,
    missing: (refs, dimension) => refs.filter((ref) => isMissing(ref, dimension)),
    incomplete(limit) {
      const places: PlacedRef[] = []
      for (const held of partial) {
        if (places.length >= limit) break
        places.push(held)
      }
      return places
    },
    read(refs, dimension, target, selection, choice) {
      for (const { level, start } of refs) {
        const held = table(level, dimension).get(start)
        if (held === undefined) continue
        rollUp.catchUp(held)
        if (held.live !== null) mergePane(target, held.live, selection, choice)
        else mergeFrozen(target, held.frozen, selection, choice)
        if (resting.has(held)) resting.add(held)
        boundPane(target, pins.of(dimension))
      }
    },
    oldest: () => oldest,
    sawEvent: (time) => {
      oldest = Math.min(oldest, time)
    },
    hold: resting.hold,
    generation: () => generation,
    sizes: () => ({ unwritten: unwritten.size, ...resting.sizes() }),
  }
}
