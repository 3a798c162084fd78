import type { Measured, MeasureSet } from './measures.ts'

/**
 * Events that are kept as numbers before they are folded into panes at one go: 2 MB. A second that is only there in part
 * is folded twice, and its panes are merged, which takes as long as folding: with half as many events that was a tenth
 * of the whole.
 */
export const JOURNAL_EVENTS = 16_384

/** Kinds of entries that an event has, beside counts: bits of `Journal.has`. */
export const HAS_MONEY = 1
export const HAS_DISTINCT = 2
export const HAS_QUANTILES = 4
export const HAS_LATE = 8

/**
 * What events add to panes, in the order in which they came. Of each kind of measure an event has a run of entries:
 * those of event `n` are from `…From[n]` to `…From[n + 1]`.
 */
export interface Journal {
  /** Events. */
  size: number
  /** By event. */
  readonly places: Int32Array
  readonly has: Uint8Array
  readonly currencies: string[]
  /** `width` numbers an event: of its keys, see `KeyIds`. */
  readonly keys: Int32Array
  readonly width: number

  readonly countsFrom: Int32Array
  readonly countsColumns: Int32Array

  readonly moneyFrom: Int32Array
  readonly moneyColumns: Int32Array
  readonly micros: Float64Array

  readonly distinctFrom: Int32Array
  readonly distinctColumns: Int32Array
  readonly totalEntries: Int32Array
  readonly keyEntries: Int32Array

  readonly quantilesFrom: Int32Array
  readonly quantilesColumns: Int32Array
  readonly buckets: Int32Array

  /** By event, of those that came late: the late columns, and when. */
  readonly late: (readonly number[])[]
  readonly lateAt: Float64Array
}

export function createJournal({ columns }: MeasureSet, width: number): Journal {
  // An event adds to each column once at most.
  const roomFor = ({ length }: { length: number }): number => JOURNAL_EVENTS * length
  const from = () => new Int32Array(JOURNAL_EVENTS + 1)
  return {
    size: 0,
    places: new Int32Array(JOURNAL_EVENTS),
    has: new Uint8Array(JOURNAL_EVENTS),
    currencies: Array.from({ length: JOURNAL_EVENTS }, () => ''),
    keys: new Int32Array(JOURNAL_EVENTS * width),
    width,
    countsFrom: from(),
    countsColumns: new Int32Array(roomFor(columns.counts)),
    moneyFrom: from(),
    moneyColumns: new Int32Array(roomFor(columns.money)),
    micros: new Float64Array(roomFor(columns.money)),
    distinctFrom: from(),
    distinctColumns: new Int32Array(roomFor(columns.distinct)),
    totalEntries: new Int32Array(roomFor(columns.distinct)),
    keyEntries: new Int32Array(roomFor(columns.distinct)),
    quantilesFrom: from(),
    quantilesColumns: new Int32Array(roomFor(columns.quantiles)),
    buckets: new Int32Array(roomFor(columns.quantiles)),
    late: Array.from({ length: JOURNAL_EVENTS }, () => []),
    lateAt: new Float64Array(JOURNAL_EVENTS),
  }
}

/** Takes in what was measured of the event number `size`, whose place and keys are set. There must be room. */
export function enter(journal: Journal, event: Measured): void {
  const { size: n, has } = journal
  const { size, columns } = event
  const { counts } = columns
  const { countsFrom, countsColumns } = journal
  let at = countsFrom[n] as number
  for (let i = 0; i < size.counts; i++) countsColumns[at++] = counts[i] as number
  countsFrom[n + 1] = at
  has[n] =
    (size.money > 0 ? HAS_MONEY : 0) |
    (size.distinct > 0 ? HAS_DISTINCT : 0) |
    (size.quantiles > 0 ? HAS_QUANTILES : 0) |
    (event.late.length > 0 ? HAS_LATE : 0)
  enterMoney(journal, event, n)
  enterDistinct(journal, event, n)
  enterQuantiles(journal, event, n)
  if (event.late.length > 0) {
    journal.late[n] = event.late
    journal.lateAt[n] = event.lateAt
  }
  journal.size = n + 1
}

function enterMoney(journal: Journal, event: Measured, n: number): void {
  const { moneyFrom, moneyColumns, micros } = journal
  let at = moneyFrom[n] as number
  const { money } = event.size
  for (let i = 0; i < money; i++) {
    moneyColumns[at] = event.columns.money[i] as number
    micros[at++] = event.micros[i] as number
  }
  if (money > 0) journal.currencies[n] = event.currency
  moneyFrom[n + 1] = at
}

function enterDistinct(journal: Journal, event: Measured, n: number): void {
  const { distinctFrom, distinctColumns, totalEntries, keyEntries } = journal
  let at = distinctFrom[n] as number
  const { distinct } = event.size
  for (let i = 0; i < distinct; i++) {
    distinctColumns[at] = event.columns.distinct[i] as number
    totalEntries[at] = event.totalEntries[i] as number
    keyEntries[at++] = event.keyEntries[i] as number
  }
  distinctFrom[n + 1] = at
}

function enterQuantiles(journal: Journal, event: Measured, n: number): void {
  const { quantilesFrom, quantilesColumns, buckets } = journal
  let at = quantilesFrom[n] as number
  const { quantiles } = event.size
  for (let i = 0; i < quantiles; i++) {
    quantilesColumns[at] = event.columns.quantiles[i] as number
    buckets[at++] = event.buckets[i] as number
  }
  quantilesFrom[n + 1] = at
}
