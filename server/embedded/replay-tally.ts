import { createHash } from 'node:crypto'
import { currencyOf, DEFAULT_CURRENCY, type EventInput } from '../../lib/event.ts'
import { parseMoney } from '../../lib/money.ts'

/** Amounts in micro-units by account ('' where there is none), then currency. */
export type Sums = Map<string, Map<string, bigint>>

/** Events counted up, with their money. */
export interface Count {
  events: number
  byType: Map<string, number>
  cost: Sums
  revenue: Sums
}

/** What was put, and what of it repeats an id that was put before. */
export interface Tally {
  records: number
  all: Count
  repeated: Count
  blank: number
  skipped: number
  /** Lines with fields that were passed over. */
  partlyRead: number
  /** Of all: those older than `keptFrom`, and when the others happened, the oldest and the newest; epoch ms. */
  beyond: number
  shown: { from: number; to: number } | undefined
  /** The first few, for a person to look at. */
  firstSkipped: { line: number; reason: string }[]
  /** `times`: when the events happened, epoch ms. */
  put(line: { events: readonly EventInput[]; times: readonly number[]; partlyRead: boolean }): void
  skip(line: number, reason: string): void
}

const FIRST_SKIPPED = 10

/** `keptFrom`: what happened before is shown nowhere, epoch ms. */
export function createTally(keptFrom: number): Tally {
  const seen = createSeen()
  const tally: Tally = {
    records: 0,
    all: noCount(),
    repeated: noCount(),
    blank: 0,
    skipped: 0,
    partlyRead: 0,
    beyond: 0,
    shown: undefined,
    firstSkipped: [],
    put({ events, times, partlyRead }) {
      tally.records += 1
      if (partlyRead) tally.partlyRead += 1
      for (const time of times) {
        if (time < keptFrom) tally.beyond++
        else tally.shown = within(tally.shown, time)
      }
      for (const event of events) {
        count(tally.all, event)
        if (event.id != null && seen(event.id)) count(tally.repeated, event)
      }
    },
    skip(line, reason) {
      tally.skipped += 1
      if (tally.firstSkipped.length < FIRST_SKIPPED) tally.firstSkipped.push({ line, reason })
    },
  }
  return tally
}

const within = (span: Tally['shown'], time: number): Tally['shown'] =>
  span === undefined
    ? { from: time, to: time }
    : { from: Math.min(span.from, time), to: Math.max(span.to, time) }

const noCount = (): Count => ({
  events: 0,
  byType: new Map(),
  cost: new Map(),
  revenue: new Map(),
})

function count(into: Count, event: EventInput): void {
  into.events += 1
  into.byType.set(event.type, (into.byType.get(event.type) ?? 0) + 1)
  add(into.cost, event, event.cost)
  add(into.revenue, event, event.revenue)
}

function add(sums: Sums, event: EventInput, amount: string | number | null | undefined): void {
  if (amount == null) return
  const parsed = parseMoney(amount)
  if (!parsed.ok) return
  const account = event.account ?? ''
  const currency = currencyOf(event.currency ?? DEFAULT_CURRENCY) ?? DEFAULT_CURRENCY
  const ofAccount = sums.get(account) ?? new Map<string, bigint>()
  sums.set(account, ofAccount)
  ofAccount.set(currency, (ofAccount.get(currency) ?? 0n) + parsed.micros)
}

const REMEMBERED_IDS = 500_000

/** Whether an id was seen among the last half million or more. Only a note for the reader of the sum. */
function createSeen(): (id: string) => boolean {
  let young = new Set<number>()
  let old = new Set<number>()
  return (id) => {
    const hash = createHash('sha1').update(id).digest().readUIntBE(0, 6)
    if (young.has(hash) || old.has(hash)) return true
    if (young.size >= REMEMBERED_IDS) {
      old = young
      young = new Set()
    }
    young.add(hash)
    return false
  }
}
