import type { StreamEvent } from '../../lib/event.ts'
import { SECOND_MS } from '../../lib/time.ts'
import { type Chosen, createJournalFold } from './fold-journal.ts'
import { createJournal, enter, JOURNAL_EVENTS } from './journal.ts'
import { createKeyIds } from './key-ids.ts'
import { isLate } from './late.ts'
import { levelAt, paneStart } from './levels.ts'
import { newMeasured } from './measures.ts'
import { mergeBounded } from './merge-bounded.ts'
import type { Pane } from './pane.ts'
import { newPane, type PaneDimension, type PlacedPane, paneDimensions } from './pane-dimension.ts'
import type { PaneOptions } from './pane-options.ts'

/** What was folded since it was last taken: panes of the finest level that keeps their time. */
export interface Pending {
  /** Answers whether the event is young enough for any level to keep it. `arrivedAt`: when the stream got it. */
  add(event: StreamEvent, now: number, arrivedAt: number): boolean
  take(): PlacedPane[]
}

/** One stretch of event time. */
interface Place {
  level: number
  start: number
  /** By dimension; undefined: no event had a key there. */
  panes: (Pane | undefined)[]
  /** Among those of the journal; -1: it has no event there. */
  number: number
}

/** Seconds whose places are found at once: those of a stream that is read are close together. */
const RECENT = 64

/**
 * Events are noted as numbers and folded some thousands at a time, place by place and dimension by dimension: so each
 * pane is made at one go, of the size that it needs.
 */
export function createPending(options: PaneOptions): Pending {
  const [secondMs, journalEvents] = [SECOND_MS, JOURNAL_EVENTS]
  const { measures, crossed, pins, retention, maxKeys } = options
  const measured = newMeasured()
  const dimensions = paneDimensions(crossed)
  const keyIds = createKeyIds(crossed)
  const journal = createJournal(measures, dimensions.length - 1)
  const fold = createJournalFold(journal)
  /** By level: places by start. */
  let open = new Map<number, Map<number, Place>>()
  /** Those in the journal. */
  let places: Place[] = []
  /** The events of the journal by place, those of each in the order in which they came. */
  const order = new Int32Array(JOURNAL_EVENTS)
  let ends = new Int32Array(RECENT)

  /** By second: the number of its place, where the finest level keeps it at `recentNow`. */
  const recentSeconds = new Int32Array(RECENT)
  const recentNumbers = new Int32Array(RECENT)
  let recentNow = Number.NaN

  function forgetRecent(now: number): void {
    recentSeconds.fill(-1)
    recentNow = now
  }

  /** The number of the event's place; -1: no level keeps it. */
  function placeOf(time: number, now: number): number {
    if (now !== recentNow) forgetRecent(now)
    const second = Math.floor(time / secondMs)
    const recent = second & (RECENT - 1)
    if (recentSeconds[recent] === second) return recentNumbers[recent] as number
    const level = retention.finestLevel(time, now)
    if (level === undefined) return -1
    const place = placeAt(level, paneStart(time, levelAt(level).ms))
    if (place.number < 0) place.number = places.push(place) - 1
    if (level === 0) {
      recentSeconds[recent] = second
      recentNumbers[recent] = place.number
    }
    return place.number
  }

  function placeAt(level: number, start: number): Place {
    let byStart = open.get(level)
    if (byStart === undefined) {
      byStart = new Map()
      open.set(level, byStart)
    }
    let place = byStart.get(start)
    if (place === undefined) {
      place = { level, start, panes: [], number: -1 }
      byStart.set(start, place)
    }
    return place
  }

  function foldAll(): void {
    const { size } = journal
    sortByPlace(size)
    let from = 0
    for (let number = 0; number < places.length; number++) {
      const to = ends[number] as number
      const place = places[number] as Place
      foldPlace(place, { order, from, to })
      place.number = -1
      from = to
    }
    places = []
    journal.size = 0
    forgetRecent(recentNow)
    // Were they forgotten only when full, events would be folded in between, and panes be put together of more parts.
    if (keyIds.isHalfFull()) keyIds.clear()
  }

  /** Into `order`, and where each place's events end. */
  function sortByPlace(size: number): void {
    if (places.length > ends.length) ends = new Int32Array(2 * places.length)
    ends.fill(0, 0, places.length)
    for (let n = 0; n < size; n++) {
      const place = journal.places[n] as number
      ends[place] = (ends[place] as number) + 1
    }
    let sum = 0
    for (let number = 0; number < places.length; number++) {
      const count = ends[number] as number
      ends[number] = sum
      sum += count
    }
    for (let n = 0; n < size; n++) {
      const place = journal.places[n] as number
      const at = ends[place] as number
      order[at] = n
      ends[place] = at + 1
    }
  }

  function foldPlace(place: Place, chosen: Chosen): void {
    for (let at = 0; at < dimensions.length; at++) {
      const dimension = dimensions[at] as PaneDimension
      const pane = newPane(measures, { level: place.level, dimension }, maxKeys)
      const pinned = pins.of(dimension)
      if (at === 0) fold.total(pane, chosen)
      else fold.keyed(pane, chosen, at - 1, keyIds.keys[at - 1] as readonly string[], pinned)
      if (pane.keys.length === 0) continue
      const known = place.panes[at]
      if (known === undefined) place.panes[at] = pane
      else mergeBounded(known, pane, pinned)
    }
  }

  return {
    add(event, now, arrivedAt) {
      const place = placeOf(event.time, now)
      if (place < 0) return false
      const { size } = journal
      journal.places[size] = place
      keyIds.write(event, journal.keys, size * journal.width)
      measures.measure(event, measured)
      if (isLate(event.time, arrivedAt)) measures.late.note(measured, arrivedAt)
      enter(journal, measured)
      if (journal.size === journalEvents || keyIds.isFull()) foldAll()
      return true
    },

    take() {
      foldAll()
      const taken: PlacedPane[] = []
      for (const [level, byStart] of open) {
        for (const [start, { panes }] of byStart) {
          for (let index = 0; index < panes.length; index++) {
            const pane = panes[index]
            if (pane === undefined) continue
            taken.push({ level, dimension: dimensions[index] as PaneDimension, start, pane })
          }
        }
      }
      open = new Map()
      return taken
    },
  }
}
