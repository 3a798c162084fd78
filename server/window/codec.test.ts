import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StreamEvent } from '../../lib/event.ts'
import { BUILT_IN } from '../../lib/kpi-catalog.ts'
import { KPIS } from '../../lib/kpis.ts'
import { epochMs } from '../../lib/time.ts'
import {
  newReader,
  newWriter,
  readSigned,
  readText,
  readVarint,
  writeSigned,
  writeText,
  writeVarint,
  written,
} from './bytes.ts'
import { freeze, mergeFrozen, readPane, writePane } from './codec.ts'
import { entriesOf, FIRST_TOTAL_PRECISION } from './distinct.ts'
import { createKeyPool } from './key-pool.ts'
import { kpiOfCell } from './kpi-of-cell.ts'
import { createMeasureSet, newMeasured } from './measures.ts'
import {
  addToPane,
  cellAt,
  cellOf,
  coarsenPane,
  keyCount,
  keyedPane,
  mergePane,
  NONE_PINNED,
  type Pane,
  TOTAL_KEY,
  totalPane,
  trimPane,
} from './pane.ts'

const events = fc.array(
  fc.record({
    type: fc.constantFrom(
      'page_view',
      'ad_impression',
      'ad_click',
      'ad_request',
      'request',
      'else',
    ),
    page: fc.oneof(
      fc.constantFrom('/a', '/b', '/é', 'ключ'),
      fc.string({ unit: 'grapheme', minLength: 1 }),
    ),
    visitor: fc.nat(30).map(String),
    costMicros: fc.option(fc.oneof(fc.maxSafeInteger(), fc.constantFrom(-5e17, 5e17)), {
      nil: undefined,
    }),
    revenueMicros: fc.option(fc.nat(1e9), { nil: undefined }),
    currency: fc.constantFrom('USD', 'JPY'),
    status: fc.constantFrom(200, 500),
    durationMs: fc.double({ min: 0, max: 1e5, noNaN: true }),
  }),
  { maxLength: 60 },
)

const MEASURES = createMeasureSet(BUILT_IN.kpis)
const SPEND = KPIS.spend

function paneOf(given: readonly unknown[]): Pane {
  const pane = keyedPane(MEASURES, 1_000)
  const measured = newMeasured()
  for (const event of given as StreamEvent[]) {
    MEASURES.measure({ ...event, id: '', time: epochMs(0) }, measured)
    addToPane(pane, event.page as string, measured)
  }
  return pane
}

function totalOf(given: readonly unknown[]): Pane {
  const pane = totalPane(MEASURES)
  const measured = newMeasured()
  for (const event of given as StreamEvent[]) {
    MEASURES.measure({ ...event, id: '', time: epochMs(0) }, measured)
    addToPane(pane, TOTAL_KEY, measured)
  }
  return pane
}

function meaning(pane: Pane) {
  const keys = pane.keys.map((key, row) => ({
    key,
    counts: cellAt(pane, row).counts,
    sketches: cellAt(pane, row).distinct.map((sketch) => sketch && [...entriesOf(sketch)]),
    kpis: BUILT_IN.kpis.map((kpi) => kpiOfCell(kpi, cellAt(pane, row), pane)),
  }))
  return keys.sort((a, b) => (a.key < b.key ? -1 : 1))
}

function throughBytes(pane: Pane): Pane {
  const writer = newWriter(1)
  writePane(writer, freeze(pane))
  const copy = keyedPane(MEASURES, 1_000)
  mergeFrozen(copy, readPane(newReader(written(writer)), createKeyPool()))
  return copy
}

describe('a pane as bytes', () => {
  it('means what it meant', () => {
    fc.assert(
      fc.property(events, (given) => {
        const pane = paneOf(given)
        expect(meaning(throughBytes(pane))).toEqual(meaning(pane))
      }),
    )
  })

  it('merged from bytes is merged from memory is added event by event', () => {
    fc.assert(
      fc.property(events, events, (first, second) => {
        const whole = meaning(paneOf([...first, ...second]))
        const inMemory = paneOf(second)
        mergePane(inMemory, paneOf(first))
        expect(meaning(inMemory)).toEqual(whole)
        const fromBytes = paneOf(second)
        mergeFrozen(fromBytes, freeze(paneOf(first)))
        expect(meaning(fromBytes)).toEqual(whole)
      }),
    )
  })

  it('gives the measures and keys that were asked for, and only these', () => {
    fc.assert(
      fc.property(events, (given) => {
        const frozen = freeze(paneOf(given))
        const selected = keyedPane(MEASURES, 1_000)
        mergeFrozen(selected, frozen, MEASURES.select([SPEND]), new Set(['/a', '/b']))
        const whole = paneOf(given)
        for (const [row, key] of selected.keys.entries()) {
          expect(['/a', '/b']).toContain(key)
          const cell = cellAt(selected, row)
          const original = cellOf(whole, key)
          expect(kpiOfCell(SPEND, cell, selected)).toEqual(kpiOfCell(SPEND, original, whole))
          expect(cell.distinct).toEqual([null])
          expect(cell.quantiles).toEqual([null])
        }
        expect(selected.keys.includes('/a')).toBe(whole.keys.includes('/a'))
      }),
    )
  })

  it('of the first version merges with a newer one, both in memory and from bytes', () => {
    fc.assert(
      fc.property(events, events, (older, newer) => {
        const whole = totalOf([...older, ...newer])
        coarsenPane(whole, FIRST_TOTAL_PRECISION)
        const first = totalOf(older)
        coarsenPane(first, FIRST_TOTAL_PRECISION)
        const pairs = [
          [first, totalOf(newer)],
          [totalOf(newer), first],
        ] as const
        for (const [one, two] of pairs) {
          const inMemory = totalPane(MEASURES)
          const fromBytes = totalPane(MEASURES)
          for (const pane of [one, two]) {
            mergePane(inMemory, pane)
            mergeFrozen(fromBytes, freeze(pane))
          }
          // A pane without any sketch does not say how precise it is.
          coarsenPane(fromBytes, FIRST_TOTAL_PRECISION)
          expect(meaning(inMemory)).toEqual(meaning(whole))
          expect(meaning(fromBytes)).toEqual(meaning(whole))
        }
      }),
    )
  })

  it('keeps how many keys were folded', () => {
    const given = Array.from({ length: 40 }, (_, n) => ({
      type: 'page_view',
      page: `/${n}`,
      currency: 'USD',
    }))
    const pane = paneOf(given)
    pane.cap = 10
    trimPane(pane, NONE_PINNED)
    expect(pane.keys).toHaveLength(11)
    expect(keyCount(throughBytes(pane))).toBe(keyCount(pane))
    expect(keyCount(pane)).toBe(40)
  })
})

describe('numbers and texts as bytes', () => {
  it('come back as they went', () => {
    const whole = fc.oneof(
      fc.nat(),
      fc.maxSafeNat(),
      fc.constantFrom(0, 127, 128, 2 ** 31, 2 ** 32, 2 ** 53 - 1),
    )
    const signed = fc.oneof(fc.integer(), fc.constantFrom(-(2 ** 52), 2 ** 52 - 1, -1))
    fc.assert(
      fc.property(whole, signed, fc.string({ unit: 'grapheme' }), (number, balance, text) => {
        const writer = newWriter(1)
        writeVarint(writer, number)
        writeText(writer, text)
        writeSigned(writer, balance)
        const reader = newReader(written(writer))
        expect([readVarint(reader), readText(reader), readSigned(reader)]).toEqual([
          number,
          text,
          balance,
        ])
        expect(reader.at).toBe(writer.length)
      }),
    )
  })
})
