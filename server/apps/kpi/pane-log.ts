import type { Kysely, Transaction } from 'kysely'
import type { FoundChange } from '../../../lib/counting-change.ts'
import type { Damage } from '../../damage/damage.ts'
import type { Schema } from '../../store/schema.ts'
import type { SealedWork } from '../../stream/stream-app.ts'
import type { PlacedRef } from '../../window/held.ts'
import { LEVELS, levelAt, paneStart } from '../../window/levels.ts'
import type { PlacedPane } from '../../window/pane-dimension.ts'
import type { Pyramid } from '../../window/pyramid.ts'
import type { Retention } from '../../window/retention.ts'
import { encodeDelta } from './delta-codec.ts'
import { encodePlaces, type PaneRun } from './delta-places.ts'
import { appendDelta, type DeltaRow, deleteDeltas, readDeltas } from './delta-rows.ts'
import { loseDelta, openDelta, restoreLost } from './lost-memory.ts'
import {
  encodeRows,
  expireRows,
  newestRows,
  oldestRow,
  readRows,
  type StoredPane,
  writeRows,
} from './pane-rows.ts'
import { rememberRetention } from './retention-memory.ts'

/**
 * The pyramid on disk. Every commit appends what it adds as one delta; panes are written whole a while
 * later, a few in each commit. A pane's row says up to which delta it holds everything, and a delta stays
 * until no pane needs it, so after a crash at any point a replay adds to each pane exactly what its row
 * lacks.
 */
export interface PaneLog {
  restore(): Promise<void>
  /** Takes panes over, adds them to the pyramid and prepares their commit. */
  seal(panes: readonly PlacedPane[]): SealedWork
  /** The next seal writes panes whatever their age, but no more than any other: somebody waits for its end. */
  flushNext(): void
  /** A seal without anything new would write panes, delete deltas or go on deleting expired rows. */
  owes(): boolean
}

/**
 * By level: a pane is written when its oldest unwritten change is this old. Seconds are soon over, and take a multiple
 * of memory until then; hours are large and change all the time.
 */
const WRITE_AFTER_MS = [10_000, 30_000, 30_000, 60_000] as const
const writeAfterMs = (level: number): number => WRITE_AFTER_MS[level] as number
/** What one commit writes of panes, about; at least one pane. */
const MAX_COMMIT_BYTES = 192 * 1_024
/** With more unwritten panes than this, as old streams read at full speed leave them, none waits any longer. */
const MAX_UNWRITTEN = 4_000
const MAX_CROWDED_COMMIT_BYTES = 2 * 1_024 * 1_024
/** What an earlier process left is due at once: from one that is soon killed to the next it would only become more. */
const LEFT_AT_MS = Number.NEGATIVE_INFINITY
/** Panes handed up to the coarser level in one commit. */
const MAX_ROLLED_UP = 8
/** Panes completed from the store in one commit. */
const MAX_COMPLETED = 200

/** Deltas that go in one commit: many more than come with one. */
const MAX_DELETED_DELTAS = 64

export interface PaneLogPorts {
  db: Kysely<Schema>
  streamId: number
  pyramid: Pyramid
  clock: { now(): number; monotonicMs(): number }
  damage: Damage
  onChange(change: FoundChange): void
}

export function createPaneLog(ports: PaneLogPorts): PaneLog {
  const { db, streamId, pyramid, clock, damage } = ports
  const { retention } = pyramid
  /** The deltas in the store, oldest first. */
  let log: { ordinal: number; seq: number }[] = []
  let ordinal = 0
  let flushing = false
  /** Seals until each level and dimension was looked through for expired rows once, with none left over. */
  let expiring = LEVELS.length * pyramid.dimensions.length

  function limits(isQuiet: boolean) {
    const atMs = clock.monotonicMs()
    if (flushing) {
      return { atMs, minAgeMs: () => 0, maxBytes: MAX_COMMIT_BYTES, maxUnwritten: MAX_UNWRITTEN }
    }
    const crowded = !isQuiet && pyramid.sizes().unwritten > MAX_UNWRITTEN
    return {
      atMs,
      minAgeMs: writeAfterMs,
      maxBytes: crowded ? MAX_CROWDED_COMMIT_BYTES : MAX_COMMIT_BYTES,
      maxUnwritten: MAX_UNWRITTEN,
    }
  }

  function seal(panes: readonly PlacedPane[]): SealedWork {
    const mine = ++ordinal
    const delta = { body: encodeDelta(panes), places: encodePlaces(panes) }
    pyramid.apply(panes, mine, clock.monotonicMs())
    pyramid.rollUp(clock.now(), clock.monotonicMs(), MAX_ROLLED_UP)
    const captured = pyramid.capture(limits(panes.length === 0))
    flushing = false
    const rows = encodeRows(captured)
    const needed = pyramid.oldestUnwritten() ?? mine
    let seq = 0
    let deleted = 0
    let hasMoreExpired = false

    async function write(tx: Transaction<Schema>): Promise<void> {
      if (panes.length > 0 || rows.length > 0) {
        seq = await appendDelta(tx, streamId, delta)
        // A row that is written anew would leave no trace of what was found.
        await damage.write(tx)
        await writeRows(tx, streamId, seq, rows)
      }
      const done = log.slice(0, MAX_DELETED_DELTAS).findLast((entry) => entry.ordinal < needed)
      deleted = done?.ordinal ?? 0
      if (done !== undefined) await deleteDeltas(tx, streamId, done.seq)
      hasMoreExpired = await expireRows(tx, streamId, {
        turn: mine,
        now: clock.now(),
        retention,
        dimensions: pyramid.dimensions,
      })
      await complete(tx)
    }

    return {
      write: (tx) => write(tx),
      committed() {
        if (seq !== 0) log.push({ ordinal: mine, seq })
        expiring = hasMoreExpired
          ? LEVELS.length * pyramid.dimensions.length
          : Math.max(0, expiring - 1)
        log = log.filter((entry) => entry.ordinal > deleted)
        pyramid.settle(captured, clock.now())
      },
    }
  }

  /** A late event may have come to a pane that had left memory: its other part is brought back. */
  async function complete(tx: Transaction<Schema>): Promise<void> {
    const places = pyramid.incomplete(MAX_COMPLETED)
    if (places.length > 0) bringIn(places, await readRows(tx, ports, places))
  }

  function bringIn(places: readonly PlacedRef[], stored: readonly StoredPane[]): void {
    const byPlace = new Map(stored.map((pane) => [nameOf(pane), pane.frozen]))
    for (const place of places) pyramid.load(place, byPlace.get(nameOf(place)))
  }

  async function restore(): Promise<void> {
    const now = clock.now()
    await rememberRetention(ports, retention, now)
    await restoreLost(ports, now)
    for (const { level, dimension, start } of await newestRows(db, streamId, pyramid.dimensions)) {
      pyramid.storedUpTo(level, dimension, start)
    }
    const oldest = await oldestRow(db, streamId)
    if (oldest !== undefined) pyramid.sawEvent(oldest)
    await restoreDeltas(now)
    await damage.flush()
  }

  async function restoreDeltas(now: number): Promise<void> {
    const placesAbove = (placed: PlacedPane) => placesIn(retention, placed, now)
    /** For each pane that a delta adds to: the last delta that its row holds. */
    const upTo = new Map<string, number>()
    const unreadable: { row: DeltaRow; problem: string }[] = []
    const beside = new Map<string, PaneRun>()
    for await (const row of readDeltas(db, streamId)) {
      const panes = openDelta(row, pyramid)
      if ('problem' in panes) {
        unreadable.push({ row, problem: panes.problem })
        continue
      }
      const mine = ++ordinal
      log.push({ ordinal: mine, seq: row.seq })
      const unknown = panes
        .flatMap((placed) => placesAbove(placed))
        .filter((place) => !upTo.has(nameOf(place)))
      const stored = await readRows(db, ports, unknown)
      for (const place of unknown) upTo.set(nameOf(place), 0)
      for (const pane of stored) upTo.set(nameOf(pane), pane.seq)
      bringIn(unknown, stored)
      for (const placed of panes) {
        for (const place of placesAbove(placed)) {
          if (row.seq > (upTo.get(nameOf(place)) ?? 0)) {
            pyramid.applyTo(place.level, placed, mine, LEFT_AT_MS)
          }
        }
        if (placed.dimension !== '') continue
        pyramid.sawEvent(placed.start)
        beside.set(nameOf(placed), runOf(placed))
      }
    }
    for (const one of unreadable) {
      await loseDelta(ports, { ...one, beside: [...beside.values()] })
    }
  }

  function owes(): boolean {
    const needed = pyramid.oldestUnwritten() ?? Number.POSITIVE_INFINITY
    const [first] = log
    if (expiring > 0 || (first !== undefined && first.ordinal < needed)) return true
    return pyramid.isDue({ atMs: clock.monotonicMs(), minAgeMs: writeAfterMs })
  }

  return {
    restore,
    seal,
    owes,
    flushNext: () => {
      flushing = true
    },
  }
}

/** The panes that one adds to: itself and the coarser ones, as far as they are still kept. */
function placesIn(
  { isKept }: Retention,
  { level: from, dimension, start }: PlacedPane,
  now: number,
): PlacedRef[] {
  const places: PlacedRef[] = []
  for (let level = from; level < LEVELS.length; level++) {
    const place = { level, dimension, start: paneStart(start, levelAt(level).ms) }
    if (isKept(level, place.start, now)) places.push(place)
  }
  return places
}

const runOf = ({ level, start }: PlacedPane): PaneRun => ({
  level,
  from: start,
  to: start + levelAt(level).ms,
})

const nameOf = ({ level, dimension, start }: PlacedRef): string => `${level} ${dimension} ${start}`
