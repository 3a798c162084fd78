import { type FrozenPane, freeze, frozenBytes, mergeFrozen } from './codec.ts'
import type { PaneRef } from './decompose.ts'
import { createKeyPool } from './key-pool.ts'
import { LEVELS, levelAt, paneStart } from './levels.ts'
import type { Selection } from './measures.ts'
import { boundPane, mergePane, type Pane, trimPane } from './pane.ts'
import { newPane, PANE_DIMENSIONS, type PaneDimension, type PlacedPane } from './pane-dimension.ts'
import type { Pins } from './pins.ts'
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
   * all at once when these are read or written.
   */
  rollUp(now: number, limit: number): void
  /** Adds `placed` to the pane of `level` alone: for a replay that knows what each level lacks. */
  applyTo(level: number, placed: PlacedPane, ordinal: number, atMs: number): void
  /** Encodes panes that the store has not seen, oldest change first. They count as written from now on. */
  capture(limits: CaptureLimits): CapturedPane[]
  /** What was captured is durable; it may leave memory. */
  settle(captured: readonly CapturedPane[], now: number): void
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
    only?: ReadonlySet<string>,
  ): void
  /** There are rows in the store up to this start: older panes that are not in memory may be there. */
  storedUpTo(level: number, dimension: PaneDimension, start: number): void
  /** No pane before this time was ever seen. */
  oldest(): number
  sawEvent(time: number): void
  /** Keeps panes in memory while a reading is under way. Answers how to end that. */
  hold(): () => void
  intern(key: string): string
  readonly touches: Touches
  /** Raised when what the store holds has changed. */
  generation(): number
  sizes(): PyramidSizes
}

export interface PlacedRef extends PaneRef {
  dimension: PaneDimension
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

/** A pane in memory: `live` while it changes, else `frozen`. */
export interface Held extends PlacedRef {
  live: Pane | null
  frozen: FrozenPane
  /** Whether all of it is here; else a part of it is only in the store. */
  whole: boolean
  /** What the next level's pane lacks; the same object as `live` while that lacks all of it. */
  ahead: Pane | null
  /** The coarser pane that lacks it, and the finer ones that are ahead of this one. */
  parent: Held | null
  behind: Set<Held>
  /** The first change that the store's row lacks, and when it came; 0: none. */
  changed: number
  changedAtMs: number
}

const EMPTY: FrozenPane = { keys: [], body: new Uint8Array(0) }

export interface PyramidOptions {
  pins: Pins
  /** Bound on the bytes of panes at rest. */
  maxRestingBytes: number
  /** See `Level.keys`, for every level. */
  maxKeys?: number
}

export function createPyramid({ pins, maxRestingBytes, maxKeys }: PyramidOptions): Pyramid {
  const tables = LEVELS.map(
    () => new Map(PANE_DIMENSIONS.map((dimension) => [dimension, new Map<number, Held>()])),
  )
  const newest = LEVELS.map(() => new Map<PaneDimension, number>())
  const unwritten = new Set<Held>()
  const partial = new Set<Held>()
  const aheads = new Set<Held>()
  /** Written, but still open: soon to change again. */
  const idle = new Map<Held, FrozenPane>()
  const resting = new Map<Held, number>()
  const touches = createTouches()
  const intern = createKeyPool()
  let restingBytes = 0
  let holds = 0
  let oldest = Number.POSITIVE_INFINITY
  let generation = 0

  const table = (level: number, dimension: PaneDimension) =>
    tables[level]?.get(dimension) as Map<number, Held>

  const find = ({ level, dimension, start }: PlacedRef) => table(level, dimension).get(start)

  function isNew(level: number, dimension: PaneDimension, start: number): boolean {
    return start > (newest[level]?.get(dimension) ?? Number.NEGATIVE_INFINITY)
  }

  function storedUpTo(level: number, dimension: PaneDimension, start: number): void {
    if (isNew(level, dimension, start)) newest[level]?.set(dimension, start)
  }

  function hold(place: PlacedRef): Held {
    const known = find(place)
    if (known !== undefined) return known
    const { level, dimension, start } = place
    const held: Held = {
      level,
      dimension,
      start,
      live: null,
      frozen: EMPTY,
      whole: isNew(level, dimension, start),
      ahead: null,
      parent: null,
      behind: new Set(),
      changed: 0,
      changedAtMs: 0,
    }
    storedUpTo(level, dimension, start)
    table(level, dimension).set(start, held)
    if (!held.whole) partial.add(held)
    return held
  }

  const fresh = (held: Held) => newPane(held.level, held.dimension, maxKeys)
  const pinned = (held: Held) => pins.of(held.dimension)

  function copyOf(held: Held, pane: Pane): Pane {
    const copy = fresh(held)
    mergePane(copy, pane)
    return copy
  }

  /** The pane in its mutable form. */
  function thaw(held: Held): Pane {
    if (held.live === null) {
      held.live = fresh(held)
      mergeFrozen(held.live, held.frozen)
      held.frozen = EMPTY
    }
    return held.live
  }

  function add(held: Held, pane: Pane): void {
    const live = thaw(held)
    mergePane(live, pane)
    boundPane(live, pinned(held))
  }

  function change(held: Held, ordinal: number, atMs: number): void {
    if (held.changed !== 0) return
    held.changed = ordinal
    held.changedAtMs = atMs
    unwritten.add(held)
    idle.delete(held)
    unrest(held)
  }

  function apply(panes: readonly PlacedPane[], ordinal: number, atMs: number): void {
    for (const placed of panes) {
      let held = hold(placed)
      // Before anything is added: changing takes it out of those at rest, by its size as it was.
      change(held, ordinal, atMs)
      if (isEmpty(held)) held.live = placed.pane
      else add(held, placed.pane)
      goAhead(held, placed.pane)
      for (let level = placed.level + 1; level < LEVELS.length; level++) {
        const start = paneStart(placed.start, levelAt(level).ms)
        const parent = hold({ level, dimension: placed.dimension, start })
        change(parent, ordinal, atMs)
        parent.behind.add(held)
        held.parent = parent
        aheads.add(held)
        held = parent
      }
      if (placed.dimension === '') {
        oldest = Math.min(oldest, placed.start)
        touches.add({ from: placed.start, to: placed.start + levelAt(placed.level).ms })
      }
    }
  }

  /** Remembers, for the coarser pane, what was just added. */
  function goAhead(held: Held, added: Pane, shared = false): void {
    if (held.level === LEVELS.length - 1 || held.ahead === held.live) return
    if (held.ahead === null) {
      held.ahead = shared ? copyOf(held, added) : added
    } else {
      mergePane(held.ahead, added)
      boundPane(held.ahead, pinned(held))
    }
  }

  const isEmpty = (held: Held) => held.live === null && held.frozen === EMPTY

  function applyTo(level: number, placed: PlacedPane, ordinal: number, atMs: number): void {
    const start = paneStart(placed.start, levelAt(level).ms)
    const held = hold({ level, dimension: placed.dimension, start })
    change(held, ordinal, atMs)
    add(held, placed.pane)
  }

  /** Takes in what finer panes are ahead by. */
  function catchUp(held: Held): void {
    for (const child of held.behind) handUp(child, held)
  }

  function handUp(child: Held, parent: Held): void {
    catchUp(child)
    parent.behind.delete(child)
    aheads.delete(child)
    const { ahead } = child
    if (ahead === null) return
    child.ahead = null
    if (isEmpty(parent)) {
      parent.live = copyOf(parent, ahead)
      goAhead(parent, parent.live)
    } else {
      add(parent, ahead)
      // The child may go on adding to what it hands over.
      goAhead(parent, ahead, ahead === child.live)
    }
  }

  function rollUp(now: number, limit: number): void {
    let left = limit
    for (const held of aheads) {
      if (left === 0) return
      if (held.start + levelAt(held.level).ms > now || held.parent === null) continue
      handUp(held, held.parent)
      left--
    }
  }

  function capture(limits: CaptureLimits): CapturedPane[] {
    const captured: CapturedPane[] = []
    let bytes = 0
    for (const held of unwritten) {
      if (!held.whole) continue
      const crowded = unwritten.size > limits.maxUnwritten
      if (!crowded && limits.atMs - held.changedAtMs < limits.minAgeMs(held.level)) continue
      catchUp(held)
      const pane = thaw(held)
      trimPane(pane, pinned(held))
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

  function settle(captured: readonly CapturedPane[], now: number): void {
    for (const { held, frozen } of captured) if (held.changed === 0) idle.set(held, frozen)
    for (const [held, frozen] of idle) {
      if (held.start + levelAt(held.level).ms > now) continue
      idle.delete(held)
      held.live = null
      held.frozen = { keys: frozen.keys.map(intern), body: frozen.body }
      rest(held)
    }
    if (captured.length > 0) generation++
    evict()
  }

  function rest(held: Held): void {
    unrest(held)
    const bytes = frozenBytes(held.frozen)
    resting.set(held, bytes)
    restingBytes += bytes
  }

  function unrest(held: Held): void {
    restingBytes -= resting.get(held) ?? 0
    resting.delete(held)
  }

  function evict(): void {
    if (holds > 0) return
    for (const held of resting.keys()) {
      if (restingBytes <= maxRestingBytes) return
      unrest(held)
      table(held.level, held.dimension).delete(held.start)
    }
  }

  function load(place: PlacedRef, stored: FrozenPane | undefined): void {
    const held = find(place)
    if (held === undefined) {
      const loaded = hold(place)
      partial.delete(loaded)
      loaded.whole = true
      loaded.frozen = stored ?? EMPTY
      rest(loaded)
      return
    }
    if (held.whole) return
    if (stored !== undefined) {
      // The coarser pane has the stored part already: what it lacks is what came since.
      if (held.ahead !== null && held.ahead === held.live) held.ahead = copyOf(held, held.live)
      mergeFrozen(thaw(held), stored)
      boundPane(thaw(held), pinned(held))
    }
    held.whole = true
    partial.delete(held)
  }

  function isMissing({ level, start }: PaneRef, dimension: PaneDimension): boolean {
    const held = table(level, dimension).get(start)
    if (held !== undefined) return !held.whole
    return !isNew(level, dimension, start) && start + levelAt(level).ms > oldest
  }

  return {
    apply,
    applyTo,
    rollUp,
    capture,
    settle,
    load,
    storedUpTo,
    intern,
    touches,
    // They are in the order in which they changed first.
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
    read(refs, dimension, target, selection, only) {
      for (const { level, start } of refs) {
        const held = table(level, dimension).get(start)
        if (held === undefined) continue
        catchUp(held)
        if (held.live !== null) mergePane(target, held.live, selection, only)
        else mergeFrozen(target, held.frozen, selection, only)
        if (resting.has(held)) rest(held)
        boundPane(target, pins.of(dimension))
      }
    },
    oldest: () => oldest,
    sawEvent: (time) => {
      oldest = Math.min(oldest, time)
    },
    hold() {
      holds++
      return () => {
        holds--
        evict()
      }
    },
    generation: () => generation,
    sizes: () => ({ unwritten: unwritten.size, resting: resting.size, restingBytes }),
  }
}
