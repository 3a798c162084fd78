import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StreamEvent } from '../../lib/event.ts'
import { BUILT_IN } from '../../lib/kpi-catalog.ts'
import { OTHER_KEY } from '../../lib/kpis.ts'
import { epochMs, SECOND_MS } from '../../lib/time.ts'
import { entriesOf } from './distinct.ts'
import { createMeasureSet, newMeasured } from './measures.ts'
import { mergeBounded } from './merge-bounded.ts'
import { moneyByCurrency } from './money-sum.ts'
import { addToPane, boundPane, cellAt, keyedPane, mergePane, type Pane } from './pane.ts'
import { createPending } from './pending.ts'
import { createPins } from './pins.ts'
import { sortedBuckets } from './quantile.ts'
import { createRetention } from './retention.ts'

const MEASURES = createMeasureSet(BUILT_IN.kpis)
const NOW = Date.parse('2026-01-01T12:00:00Z')
const CAP = 5
const measured = newMeasured()

const view = (page: string, n: number): StreamEvent =>
  ({
    id: '',
    type: n % 3 === 0 ? 'request' : n % 3 === 1 ? 'page_view' : 'ad_click',
    time: epochMs(NOW - SECOND_MS),
    currency: n % 2 === 0 ? 'USD' : 'JPY',
    page,
    visitor: `v${n % 7}`,
    durationMs: n % 50,
    costMicros: n,
  }) as StreamEvent

function add(pane: Pane, pages: readonly string[]): Pane {
  for (const [n, page] of pages.entries()) {
    MEASURES.measure(view(page, n), measured)
    addToPane(pane, page, measured)
  }
  return pane
}

/** Everything that a pane holds, in the order of its rows. */
const contents = (pane: Pane) => ({
  rows: pane.keys.map((key, row) => {
    const { counts, money, distinct, quantiles } = cellAt(pane, row)
    return {
      key,
      // "Other" is never weighed.
      outlived: key === OTHER_KEY ? 0 : pane.outlived[row],
      counts: Array.from(counts),
      money: money.map((sums) => [...moneyByCurrency(sums)].map(String).sort()),
      distinct: distinct.map((sketch) => sketch && Array.from(entriesOf(sketch))),
      quantiles: quantiles.map((buckets) => buckets && sortedBuckets(buckets)),
    }
  }),
  folded: pane.folded && Array.from(entriesOf(pane.folded)),
})

/** "Other" may come into being earlier or later than keys that stay: its place says nothing. */
const withOtherLast = ({ rows, folded }: ReturnType<typeof contents>) => ({
  rows: [
    ...rows.filter(({ key }) => key !== OTHER_KEY),
    ...rows.filter(({ key }) => key === OTHER_KEY),
  ],
  folded,
})

/** Small numbers come far more often than large ones. */
const page = fc.tuple(fc.nat(30), fc.nat(30)).map(([a, b]) => `k${Math.min(a, b)}`)
const pages = fc.array(page, { maxLength: 80 })
const pinned = fc.array(page, { maxLength: 8 }).map((keys) => new Set(keys))

describe('a bounded merge', () => {
  it('is a merge that is bounded afterwards', () => {
    let folding = 0
    fc.assert(
      fc.property(fc.array(pages, { minLength: 2, maxLength: 6 }), pinned, (parts, pins) => {
        const panes = parts.map((part) => {
          const pane = add(keyedPane(MEASURES, CAP), part)
          boundPane(pane, pins)
          return pane
        })
        const expected = keyedPane(MEASURES, CAP)
        const found = keyedPane(MEASURES, CAP)
        for (const pane of panes) {
          mergePane(expected, pane)
          boundPane(expected, pins)
          mergeBounded(found, pane, pins)
          expect(withOtherLast(contents(found))).toEqual(withOtherLast(contents(expected)))
          if (expected.folded !== null) folding++
        }
      }),
      { numRuns: 300 },
    )
    expect(folding).toBeGreaterThan(100)
  })
})

describe('what is folded from the journal', () => {
  it('has the rows that a pane of all keys has once it is bounded', () => {
    const pins = createPins()
    const options = { measures: MEASURES, crossed: [], pins, retention: createRetention() }
    const pending = createPending({ ...options, maxKeys: CAP })
    fc.assert(
      fc.property(fc.array(page, { minLength: 1, maxLength: 150 }), pinned, (all, keys) => {
        pins.set([...keys].map((key) => ({ dimension: 'page', key })))
        for (const [n, one] of all.entries()) pending.add(view(one, n), NOW, NOW)
        const found = pending.take().find(({ dimension }) => dimension === 'page')?.pane as Pane
        const expected = add(keyedPane(MEASURES, CAP), all)
        boundPane(expected, keys)
        expect(contents(found)).toEqual(contents(expected))
      }),
      { numRuns: 300 },
    )
  })
})
