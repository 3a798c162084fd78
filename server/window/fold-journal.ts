import { setBoundedRows } from './bounded-rows.ts'
import { chain, createChains, emptySlots, makeRoom, valuesIn } from './chains.ts'
import { MAX_KEY_IDS } from './dimension-ids.ts'
import { type Distinct, distinctOf, TOTAL_PRECISION } from './distinct.ts'
import {
  HAS_DISTINCT,
  HAS_LATE,
  HAS_MONEY,
  HAS_QUANTILES,
  JOURNAL_EVENTS,
  type Journal,
} from './journal.ts'
import { addLate } from './late.ts'
import { addMoney, type MoneySum } from './money-sum.ts'
import { latesAt, type Pane, type Pinned, setAt, setRows, TOTAL_KEY } from './pane.ts'
import { type Buckets, bucketsOf } from './quantile.ts'

/** Some events of a journal: their numbers are `order` from `from` to `to`. */
export interface Chosen {
  order: Int32Array
  from: number
  to: number
}

/** Makes panes of events that are known as numbers. O(events + rows × columns) a pane. */
export interface JournalFold {
  /** Into an empty pane, all events. */
  total(pane: Pane, chosen: Chosen): void
  /**
   * Into an empty pane, those that have a key, bounded as by `boundPane`. `at`: the place of the dimension among the
   * numbers of keys.
   */
  keyed(pane: Pane, chosen: Chosen, at: number, keys: readonly string[], pinned: Pinned): void
}

/** The largest number that `paneOfKey` holds. */
const LAST_PANE = 2 ** 31 - 1

export function createJournalFold(journal: Journal): JournalFold {
  /** By event among the chosen that have a row: which it is, and its row. */
  const events = new Int32Array(JOURNAL_EVENTS)
  const rows = new Int32Array(JOURNAL_EVENTS)
  /** By the number of a key: its row, where it is of the pane in hand. */
  const rowOfKey = new Int32Array(MAX_KEY_IDS)
  const paneOfKey = new Int32Array(MAX_KEY_IDS)
  /** By row of the pane in hand, the number of its key. */
  const found = new Int32Array(MAX_KEY_IDS)
  let paneNumber = 0
  /** By row × columns + column the entries of different things, and the buckets. */
  const entries = createChains(journal.keyEntries.length)
  const buckets = createChains(journal.buckets.length)

  function nextPane(): number {
    if (++paneNumber > LAST_PANE) {
      paneOfKey.fill(0)
      paneNumber = 1
    }
    return paneNumber
  }

  /** Finds the rows of the chosen into `events` and `rows`, and their keys into `found`. */
  function findRows({ order, from, to }: Chosen, at: number): { size: number; keys: number } {
    const { keys: keysOf, width } = journal
    const pane = nextPane()
    let size = 0
    let keys = 0
    for (let n = from; n < to; n++) {
      const event = order[n] as number
      const id = keysOf[event * width + at] as number
      if (id < 0) continue
      if (paneOfKey[id] !== pane) {
        paneOfKey[id] = pane
        rowOfKey[id] = keys
        found[keys++] = id
      }
      events[size] = event
      rows[size++] = rowOfKey[id] as number
    }
    return { size, keys }
  }

  function addCounts({ counts, width }: Pane, size: number): void {
    const { countsFrom, countsColumns } = journal
    for (let n = 0; n < size; n++) {
      const event = events[n] as number
      const first = (rows[n] as number) * width
      const end = countsFrom[event + 1] as number
      for (let at = countsFrom[event] as number; at < end; at++) {
        const place = first + (countsColumns[at] as number)
        counts[place] = (counts[place] as number) + 1
      }
    }
  }

  /** Adds the sums, and chains what is grouped by row. */
  function addOthers(pane: Pane, size: number): void {
    // Bundled, a module's constants are variables, which a loop would read each time.
    const [hasMoney, hasDistinct] = [HAS_MONEY, HAS_DISTINCT]
    const [hasQuantiles, hasLate] = [HAS_QUANTILES, HAS_LATE]
    const { has, distinctFrom, distinctColumns, quantilesFrom, quantilesColumns } = journal
    const distinctWidth = pane.distinct.length
    const quantilesWidth = pane.quantiles.length
    makeRoom(entries, pane.keys.length * distinctWidth)
    makeRoom(buckets, pane.keys.length * quantilesWidth)
    for (let n = 0; n < size; n++) {
      const event = events[n] as number
      const kinds = has[event] as number
      if (kinds === 0) continue
      const row = rows[n] as number
      if ((kinds & hasDistinct) !== 0) {
        chain(entries, distinctFrom, distinctColumns, event, row * distinctWidth)
      }
      if (kinds === hasDistinct) continue
      if ((kinds & hasMoney) !== 0) addSums(pane, row, event)
      if ((kinds & hasLate) !== 0) addLates(pane, row, event)
      if ((kinds & hasQuantiles) !== 0) {
        chain(buckets, quantilesFrom, quantilesColumns, event, row * quantilesWidth)
      }
    }
  }

  function addSums(pane: Pane, row: number, event: number): void {
    const { moneyFrom, moneyColumns, micros, currencies } = journal
    const end = moneyFrom[event + 1] as number
    for (let at = moneyFrom[event] as number; at < end; at++) {
      const sums = pane.money[moneyColumns[at] as number] as (MoneySum | null)[]
      const sum = sums[row] ?? null
      setAt(sums, row, addMoney(sum, currencies[event] as string, micros[at] as number, 0))
    }
  }

  function addLates(pane: Pane, row: number, event: number): void {
    const lates = latesAt(pane, row)
    for (const column of journal.late[event] as readonly number[]) {
      addLate(lates, column, 1, journal.lateAt[event] as number)
    }
  }

  function fillDistinct({ distinct, precision, keys }: Pane): void {
    const { totalEntries, keyEntries } = journal
    const values = precision === TOTAL_PRECISION ? totalEntries : keyEntries
    const { counts, last } = entries
    for (let column = 0; column < distinct.length; column++) {
      const sketches = distinct[column] as (Distinct | null)[]
      for (let row = 0; row < keys.length; row++) {
        const slot = row * distinct.length + column
        const count = counts[slot] as number
        if (count === 0) continue
        const sketch =
          count === 1
            ? (values[(last[slot] as number) - 1] as number)
            : distinctOf(valuesIn(entries, slot, values), count, precision)
        setAt(sketches, row, sketch)
      }
    }
    emptySlots(entries, keys.length * distinct.length)
  }

  function fillQuantiles({ quantiles, keys }: Pane): void {
    const { counts } = buckets
    for (let column = 0; column < quantiles.length; column++) {
      const all = quantiles[column] as (Buckets | null)[]
      for (let row = 0; row < keys.length; row++) {
        const slot = row * quantiles.length + column
        const count = counts[slot] as number
        if (count === 0) continue
        setAt(all, row, bucketsOf(valuesIn(buckets, slot, journal.buckets), count))
      }
    }
    emptySlots(buckets, keys.length * quantiles.length)
  }

  /** Into a pane that has its rows. */
  function fill(pane: Pane, size: number): void {
    addCounts(pane, size)
    addOthers(pane, size)
    fillDistinct(pane)
    fillQuantiles(pane)
  }

  return {
    total(pane, { order, from, to }) {
      const size = to - from
      for (let n = 0; n < size; n++) events[n] = order[from + n] as number
      rows.fill(0, 0, size)
      setRows(pane, [TOTAL_KEY])
      fill(pane, size)
    },
    keyed(pane, chosen, at, ids, pinned) {
      const { size, keys: count } = findRows(chosen, at)
      if (size === 0) return
      const keys = new Array<string>(count)
      for (let row = 0; row < count; row++) keys[row] = ids[found[row] as number] as string
      setBoundedRows(pane, keys, { rows, size }, pinned)
      fill(pane, size)
    },
  }
}
