import fc from 'fast-check'
import { expect, test } from 'vitest'
import { applyDelta, diffView, emptyDelta } from './delta.ts'
import type { Cells, Point, ViewState } from './frames.ts'

/** Few names and few values, so that equal ones meet often. Cells are values to the deltas, whatever is in them. */
const cell = fc.oneof(
  fc.integer({ min: 0, max: 2 }),
  fc.constant(null),
  fc.array(fc.integer({ min: 0, max: 1 }), { maxLength: 2 }),
  fc.record({ kind: fc.constantFrom('a', 'b'), value: fc.option(fc.double({ noNaN: true })) }),
)
const cells = fc.dictionary(fc.constantFrom('status', 'firing', 'shard.1', 'list.page'), cell)

const value = fc.option(fc.integer({ min: 0, max: 2 }), { nil: null })
const series = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 8 }), value, value), {
    selector: ([t]) => t,
    maxLength: 8,
  })
  .map((points) => points.toSorted((a, b) => a[0] - b[0]) as Point[])
const allSeries = fc.dictionary(fc.constantFrom('main', 'spend', 'shard.1'), series)

const state: fc.Arbitrary<ViewState> = fc
  .record({ cells, series: allSeries })
  .map((made) => ({ cells: { ...made.cells } as unknown as Cells, series: { ...made.series } }))

test('what differs, applied to what was before, is what comes after', () => {
  fc.assert(
    fc.property(state, state, (before, after) => {
      expect(applyDelta(before, diffView(before, after))).toEqual(after)
    }),
    { numRuns: 2_000 },
  )
})

test('a delta survives JSON', () => {
  fc.assert(
    fc.property(state, state, (before, after) => {
      const sent = JSON.parse(JSON.stringify(diffView(before, after)))
      expect(applyDelta(before, sent)).toEqual(JSON.parse(JSON.stringify(after)))
    }),
    { numRuns: 500 },
  )
})

test('equal states differ in nothing', () => {
  fc.assert(
    fc.property(state, (same) => {
      expect(emptyDelta(diffView(same, structuredClone(same)))).toBe(true)
    }),
  )
})

test('applying leaves the state before as it was, and shares what did not change', () => {
  const before = {
    cells: { firing: [] } as unknown as Cells,
    series: { main: [[1, 2]] as Point[], spend: [[1, 1]] as Point[] },
  }
  const kept = structuredClone(before)
  const after = applyDelta(before, { points: { main: { from: 1, upsert: [[2, 3]] } } })
  expect(before).toEqual(kept)
  expect(after.series.spend).toBe(before.series.spend)
})

test('a series that moves on is sent as its new points only', () => {
  const before = {
    cells: {} as Cells,
    series: {
      main: [
        [1, 1],
        [2, 2],
        [3, 3],
      ] as Point[],
    },
  }
  const after = {
    cells: {} as Cells,
    series: {
      main: [
        [2, 2],
        [3, 4],
        [4, 1],
      ] as Point[],
    },
  }
  expect(diffView(before, after).points).toEqual({
    main: {
      from: 2,
      upsert: [
        [3, 4],
        [4, 1],
      ],
    },
  })
})
