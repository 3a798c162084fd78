import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StreamEvent } from '../../lib/event.ts'
import { BUILT_IN } from '../../lib/kpi-catalog.ts'
import { OTHER_KEY } from '../../lib/kpis.ts'
import { epochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../lib/time.ts'
import type { Cell } from './cell.ts'
import type { FrozenPane } from './codec.ts'
import { decompose, type PaneRef } from './decompose.ts'
import { entriesOf } from './distinct.ts'
import { createMeasureSet } from './measures.ts'
import { moneyByCurrency } from './money-sum.ts'
import { cellAt, cellOf, keyedPane, type Pane, TOTAL_KEY, totalPane } from './pane.ts'
import type { PaneDimension } from './pane-dimension.ts'
import { createPending } from './pending.ts'
import { createPins } from './pins.ts'
import { createPyramid } from './pyramid.ts'
import { sortedBuckets } from './quantile.ts'
import { createRetention } from './retention.ts'
import { createSlidingCell } from './sliding-cell.ts'
import { createSlidingKeys } from './sliding-keys.ts'
import { createWindowPanes } from './window-panes.ts'
import { type TimeRange, windowRange } from './window-range.ts'

const START = epochMs(Date.parse('2026-01-01T23:57:30Z'))
const measures = createMeasureSet(BUILT_IN.kpis)

/** Slides at every level, and lets coarse panes be exchanged for finer ones. */
const WINDOWS = [
  { spanMs: 10 * SECOND_MS, slideMs: SECOND_MS },
  { spanMs: 5 * MINUTE_MS, slideMs: SECOND_MS },
  { spanMs: HOUR_MS, slideMs: 10 * SECOND_MS },
  { spanMs: 5 * HOUR_MS, slideMs: MINUTE_MS },
]

interface Arrival {
  agoMs: number
  page: string
  visitor: string
  cost: number | null
  durationMs: number | null
}

type Action =
  | { kind: 'events'; arrivals: Arrival[] }
  /** Time goes on. */
  | { kind: 'wait'; ms: number }
  /** The store is written, and what is at rest leaves memory. */
  | { kind: 'flush' }
  | { kind: 'rollUp' }
  | { kind: 'slide' }

const arrival: fc.Arbitrary<Arrival> = fc.record({
  agoMs: fc.oneof(
    { arbitrary: fc.integer({ min: -4 * SECOND_MS, max: 3 * SECOND_MS }), weight: 6 },
    fc.integer({ min: 0, max: 10 * MINUTE_MS }),
    fc.integer({ min: 0, max: 6 * HOUR_MS }),
  ),
  page: fc.integer({ min: 0, max: 9 }).map((n) => `/${n}`),
  visitor: fc.integer({ min: 0, max: 40 }).map((n) => `v${n}`),
  cost: fc.option(fc.integer({ min: 0, max: 5_000_000 })),
  durationMs: fc.option(fc.integer({ min: 1, max: 900 })),
})

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    arbitrary: fc.record({
      kind: fc.constant('events' as const),
      arrivals: fc.array(arrival, { minLength: 1, maxLength: 12 }),
    }),
    weight: 4,
  },
  {
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.oneof(
        fc.integer({ min: 100, max: 3 * SECOND_MS }),
        fc.integer({ min: SECOND_MS, max: 3 * MINUTE_MS }),
        fc.integer({ min: MINUTE_MS, max: 2 * HOUR_MS }),
      ),
    }),
    weight: 3,
  },
  fc.record({ kind: fc.constant('flush' as const) }),
  fc.record({ kind: fc.constant('rollUp' as const) }),
  { arbitrary: fc.record({ kind: fc.constant('slide' as const) }), weight: 2 },
)

/** A pyramid over a store that is a map. */
function createBench(maxKeys: number) {
  const pins = createPins()
  const retention = createRetention()
  const options = { measures, crossed: [], pins, retention, maxKeys }
  const pyramid = createPyramid({ ...options, maxRestingBytes: 0 })
  const pending = createPending(options)
  const stored = new Map<string, FrozenPane>()
  const nameOf = (place: PaneRef, dimension: PaneDimension) =>
    `${place.level} ${dimension} ${place.start}`
  let now: number = START
  let ordinal = 1

  return {
    pyramid,
    pins,
    now: () => now,
    wait(ms: number) {
      now += ms
    },
    put(arrivals: readonly Arrival[]) {
      for (const each of arrivals) pending.add(eventOf(each, now), now, now)
      pyramid.apply(pending.take(), ordinal++, now)
    },
    flush() {
      for (const dimension of ['', 'page'] as const) {
        bringIn(
          pyramid.incomplete(1_000).filter((place) => place.dimension === dimension),
          dimension,
        )
      }
      const captured = pyramid.capture({
        minAgeMs: () => 0,
        atMs: now,
        maxBytes: Number.POSITIVE_INFINITY,
        maxUnwritten: 0,
      })
      for (const one of captured) stored.set(nameOf(one, one.dimension), one.frozen)
      pyramid.settle(captured, now)
    },
    bringIn,
    read(refs: readonly PaneRef[], dimension: PaneDimension): Pane {
      bringIn(refs, dimension)
      const pane = dimension === '' ? totalPane(measures) : keyedPane(measures, 1_000)
      pyramid.read(refs, dimension, pane, measures.everything)
      return pane
    },
  }

  function bringIn(refs: readonly PaneRef[], dimension: PaneDimension): void {
    for (const ref of pyramid.missing(refs, dimension)) {
      pyramid.load({ ...ref, dimension }, stored.get(nameOf(ref, dimension)))
    }
  }
}

function eventOf({ agoMs, page, visitor, cost, durationMs }: Arrival, now: number): StreamEvent {
  return {
    id: '',
    type: durationMs === null ? 'page_view' : 'request',
    time: epochMs(now - agoMs),
    currency: 'USD',
    page,
    visitor,
    ...(cost !== null && { costMicros: cost }),
    ...(durationMs !== null && { durationMs }),
  } as StreamEvent
}

function run(bench: ReturnType<typeof createBench>, actions: readonly Action[], slide: () => void) {
  for (const one of [...actions, { kind: 'slide' } as const]) {
    const release = bench.pyramid.hold()
    if (one.kind === 'events') bench.put(one.arrivals)
    else if (one.kind === 'wait') bench.wait(one.ms)
    else if (one.kind === 'flush') bench.flush()
    else if (one.kind === 'rollUp') bench.pyramid.rollUp(bench.now(), bench.now() + HOUR_MS, 100)
    else slide()
    release()
  }
}

/** What can be compared: counts and amounts by column. */
const countsAndMoney = (cell: Cell | undefined) =>
  cell && {
    counts: [...Array.from(cell.counts)],
    money: cell.money.map((sums) => Object.fromEntries(moneyByCurrency(sums))),
  }

const everything = (cell: Cell | undefined) =>
  cell && {
    ...countsAndMoney(cell),
    distinct: cell.distinct.map((sketch) => (sketch === null ? [] : [...entriesOf(sketch)])),
    quantiles: cell.quantiles.map((buckets) => (buckets === null ? [] : sortedBuckets(buckets))),
  }

const byKey = (pane: Pane) =>
  new Map([...pane.keys.entries()].map(([row, key]) => [key, countsAndMoney(cellAt(pane, row))]))

const window = fc.constantFrom(...WINDOWS)
const actions = fc.array(action, { maxLength: 40 })

describe('a sliding window', () => {
  it('of a cell is what a reading of its panes gives', () => {
    fc.assert(
      fc.property(window, actions, fc.constantFrom('', 'page'), (window, actions, dimension) => {
        const bench = createBench(1_000)
        const key = dimension === '' ? TOTAL_KEY : '/1'
        const subject = { dimension, key } as const
        const sliding = createSlidingCell({
          pyramid: bench.pyramid,
          subject: subject as { dimension: PaneDimension; key: string },
        })
        run(bench, actions, () => {
          const range = windowRange(window, bench.now())
          bench.bringIn(sliding.needs(range), dimension as PaneDimension)
          sliding.moveTo(range)
          const read = bench.read(decompose(range.from, range.to), dimension as PaneDimension)
          expect(everything(sliding.cell())).toEqual(everything(cellOf(read, key)))
        })
      }),
      { numRuns: 200 },
    )
  })

  it('of keys is the sum of its panes, whatever these fold and whenever', () => {
    fc.assert(
      fc.property(window, actions, fc.integer({ min: 1, max: 6 }), (window, actions, maxKeys) => {
        const bench = createBench(maxKeys)
        const sliding = createSlidingKeys({
          pyramid: bench.pyramid,
          pins: bench.pins,
          dimension: 'page',
        })
        const panes = createWindowPanes()
        let places: PaneRef[] = []
        run(bench, actions, () => {
          const range = windowRange(window, bench.now())
          bench.bringIn(sliding.needs(range), 'page')
          sliding.moveTo(range)
          const move = panes.plan(range)
          const gone = new Set(move.leaving.map(({ start }) => start))
          places = move.anew ? [] : places.filter(({ start }) => !gone.has(start))
          places.push(...move.entering)
          if (move.anew) panes.forget()
          for (const place of move.leaving) panes.leave(place)
          for (const place of move.entering) panes.enter(place)
          panes.arrive(range)
          // To read a pane may fold keys in it.
          const read = byKey(bench.read(places, 'page'))
          expect(byKey(sliding.pane())).toEqual(read)
        })
      }),
      { numRuns: 200 },
    )
  })

  it('with more keys than it may hold keeps their sum, and lets go of all of it', () => {
    fc.assert(
      fc.property(window, actions, (window, actions) => {
        const bench = createBench(4)
        const { pyramid, pins } = bench
        const { slideMs } = window
        const sliding = createSlidingKeys({ pyramid, pins, dimension: 'page', maxKeys: 2 })
        const slideTo = (range: TimeRange) => {
          bench.bringIn(sliding.needs(range), 'page')
          sliding.moveTo(range)
          return sliding.pane()
        }
        const sumOf = (pane: Pane) => {
          const sum = new Map<string, number>()
          for (const row of pane.keys.keys()) {
            for (const [column, count] of Array.from(cellAt(pane, row).counts).entries()) {
              expect(count).toBeGreaterThanOrEqual(0)
              sum.set(`${column}`, (sum.get(`${column}`) ?? 0) + count)
            }
          }
          return [...sum].filter(([, count]) => count !== 0)
        }
        run(bench, actions, () => {
          const range = windowRange(window, bench.now())
          const pane = slideTo(range)
          expect(pane.keys.filter((key) => key !== OTHER_KEY).length).toBeLessThanOrEqual(4)
          expect(sumOf(pane)).toEqual(sumOf(bench.read(decompose(range.from, range.to), 'page')))
        })
        bench.wait(5 * MINUTE_MS)
        let { from, to } = windowRange(window, bench.now())
        for (let step = 0; step < 6; step++) {
          from += window.spanMs / 2 - ((window.spanMs / 2) % slideMs)
          to = from + window.spanMs
          slideTo({ from, to })
        }
        expect(sliding.pane().keys).toEqual([])
      }),
      { numRuns: 200 },
    )
  })
})
