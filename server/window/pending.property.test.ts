import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StreamEvent } from '../../lib/event.ts'
import { BUILT_IN } from '../../lib/kpi-catalog.ts'
import { DIMENSIONS, OTHER_KEY } from '../../lib/kpis.ts'
import { epochMs, HOUR_MS, SECOND_MS } from '../../lib/time.ts'
import { MAX_KEY_IDS } from './dimension-ids.ts'
import { entriesOf } from './distinct.ts'
import { JOURNAL_EVENTS } from './journal.ts'
import { eventKey } from './keys.ts'
import { isLate } from './late.ts'
import { levelAt, paneStart } from './levels.ts'
import { createMeasureSet, EVENTS, newMeasured } from './measures.ts'
import { moneyByCurrency } from './money-sum.ts'
import { pairKey } from './pair-key.ts'
import { addToPane, cellAt, countAt, mergePane, type Pane, TOTAL_KEY } from './pane.ts'
import { crossedDimension, newPane, type PaneDimension } from './pane-dimension.ts'
import { createPending, type Pending } from './pending.ts'
import { createPins } from './pins.ts'
import { sortedBuckets } from './quantile.ts'
import { createRetention } from './retention.ts'

const NOW = Date.parse('2026-01-01T12:00:00Z')
const MANY_KEYS = 1_000_000
const measures = createMeasureSet(BUILT_IN.kpis)
const retention = createRetention()

const pendingOf = (maxKeys?: number): Pending =>
  createPending({ measures, crossed: BUILT_IN.crossed, pins: createPins(), retention, maxKeys })

/** A few come late. */
const arrivalOf = ({ time, costMicros }: StreamEvent): number =>
  (costMicros ?? 0) % 3 === 1 ? time + HOUR_MS : time

type Panes = Map<string, Pane>

/** What is taken at several times, put together. */
function collect(panes: Panes, pending: Pending): void {
  for (const { level, dimension, start, pane } of pending.take()) {
    const name = `${level} ${dimension} ${start}`
    const known = panes.get(name)
    if (known === undefined) panes.set(name, pane)
    else mergePane(known, pane)
  }
}

/** Each event into each pane, one after the other. */
function addedOneByOne(events: readonly StreamEvent[]): Panes {
  const panes: Panes = new Map()
  const measured = newMeasured()
  for (const event of events) {
    const level = retention.finestLevel(event.time, NOW)
    if (level === undefined) continue
    measures.measure(event, measured)
    const arrivedAt = arrivalOf(event)
    if (isLate(event.time, arrivedAt)) measures.late.note(measured, arrivedAt)
    const start = paneStart(event.time, levelAt(level).ms)
    const add = (dimension: PaneDimension, key: string | undefined) => {
      if (key === undefined) return
      const name = `${level} ${dimension} ${start}`
      const pane = panes.get(name) ?? newPane(measures, { level, dimension }, MANY_KEYS)
      panes.set(name, pane)
      addToPane(pane, key, measured)
    }
    add('', TOTAL_KEY)
    for (const dimension of DIMENSIONS) add(dimension, eventKey(event, dimension))
    for (const pair of BUILT_IN.crossed) {
      const [one, other] = pair.map((dimension) => eventKey(event, dimension))
      if (one !== undefined && other !== undefined) add(crossedDimension(pair), pairKey(one, other))
    }
  }
  return panes
}

/** Everything that a pane says, in no order. */
function meaning(pane: Pane) {
  const byKey = pane.keys.map((key, row) => {
    const { counts, money, distinct, quantiles, late } = cellAt(pane, row)
    return {
      key,
      counts: Array.from(counts),
      money: money.map((sums) => [...moneyByCurrency(sums)].map(String).sort()),
      distinct: distinct.map((sketch) => sketch && Array.from(entriesOf(sketch))),
      quantiles: quantiles.map((buckets) => buckets && sortedBuckets(buckets)),
      late: late && Array.from(late),
    }
  })
  return byKey.sort((a, b) => (a.key < b.key ? -1 : 1))
}

const meanings = (panes: Panes) =>
  new Map([...panes].sort().map(([name, pane]) => [name, meaning(pane)]))

/** As `toEqual`, for a great many rows. */
const equal = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other)

const perhaps = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const key = perhaps(
  fc.constantFrom('', 'a', 'b', '\0other', 'x'.repeat(300), `${'x'.repeat(300)}y`),
)
const referrer = perhaps(
  fc.constantFrom('https://www.a/x', 'https://a:80/y', 'http://a', 'a', 'www.a', '//', '', 'b'),
)
const event = fc.record({
  id: fc.constant(''),
  type: fc.constantFrom('page_view', 'ad_click', 'ad_impression', 'request', 'other'),
  time: fc
    .oneof({ weight: 4, arbitrary: fc.nat(3 * SECOND_MS) }, fc.nat(3 * HOUR_MS), fc.nat(1e12))
    .map((age) => epochMs(NOW - age)),
  currency: fc.constantFrom('USD', 'JPY'),
  visitor: perhaps(fc.nat(9).map(String)),
  page: key,
  referrer,
  campaign: key,
  account: key,
  placement: key,
  device: key,
  country: key,
  costMicros: perhaps(fc.nat(1e9)),
  revenueMicros: perhaps(fc.oneof(fc.maxSafeInteger(), fc.constantFrom(-5e17, 5e17))),
  status: perhaps(fc.constantFrom(200, 500)),
  durationMs: perhaps(fc.nat(60)),
}) as fc.Arbitrary<StreamEvent>

describe('what is pending', () => {
  it('is what adding event by event makes, whenever it is taken', () => {
    const several = pendingOf(MANY_KEYS)
    fc.assert(
      fc.property(fc.array(fc.array(event, { maxLength: 60 }), { maxLength: 3 }), (batches) => {
        const panes: Panes = new Map()
        for (const batch of batches) {
          for (const one of batch) {
            const isKept = several.add(one, NOW, arrivalOf(one))
            expect(isKept).toBe(retention.finestLevel(one.time, NOW) !== undefined)
          }
          collect(panes, several)
        }
        expect(meanings(panes)).toEqual(meanings(addedOneByOne(batches.flat())))
      }),
      { numRuns: 200 },
    )
  })

  it('is so too over more events and keys than are kept as numbers at a time', () => {
    const events = Array.from(
      { length: 2 * MAX_KEY_IDS + 1_000 },
      (_, n) =>
        ({
          id: '',
          type: n % 3 === 0 ? 'page_view' : 'request',
          time: epochMs(NOW - (n % 5) * SECOND_MS),
          currency: 'USD',
          visitor: `v${n % 4_000}`,
          page: `/p/${(n * 7_919) % (MAX_KEY_IDS + 3_000)}`,
          campaign: `c${n % 300}`,
          account: `a${n % 301}`,
          device: `d${n % 2}`,
          durationMs: n % 700,
          costMicros: n,
        }) as StreamEvent,
    )
    expect(events.length).toBeGreaterThan(2 * JOURNAL_EVENTS)
    const pending = pendingOf(MANY_KEYS)
    const panes: Panes = new Map()
    for (const one of events) pending.add(one, NOW, arrivalOf(one))
    collect(panes, pending)
    const found = meanings(panes)
    const expected = meanings(addedOneByOne(events))
    const differ = [...expected].filter(([name, rows]) => !equal(rows, found.get(name)))
    expect(differ.map(([name]) => name)).toEqual([])
    expect(found.size).toBe(expected.size)
  })

  it('keeps no more keys than a pane may, and with "other" they are all', () => {
    const pending = pendingOf(10)
    const count = 2 * JOURNAL_EVENTS
    for (let n = 0; n < count; n++) {
      const page = n % 4 === 0 ? 'heavy' : `/p/${n}`
      pending.add(
        { id: '', type: 'x', time: epochMs(NOW), currency: 'USD', page } as StreamEvent,
        NOW,
        NOW,
      )
    }
    const pane = pending.take().find(({ dimension }) => dimension === 'page')?.pane as Pane
    expect(pane.keys.length).toBeLessThanOrEqual(21)
    expect(pane.keys).toContain(OTHER_KEY)
    expect(pane.keys).toContain('heavy')
    const sum = pane.keys.reduce((all, _, row) => all + countAt(pane, row, EVENTS), 0)
    expect(sum).toBe(count)
  })
})
