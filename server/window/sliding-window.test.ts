import { beforeEach, expect, test } from 'vitest'
import { BUILT_IN } from '../../lib/kpi-catalog.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../lib/time.ts'
import { LEVELS } from './levels.ts'
import { createMeasureSet } from './measures.ts'
import { createPins } from './pins.ts'
import { createPyramid } from './pyramid.ts'
import { createRetention } from './retention.ts'
import { createSlidingWindow, type SlidingWindow } from './sliding-window.ts'
import type { TimeRange } from './window-range.ts'

const NOW = Date.UTC(2026, 0, 31)
const MONTH: TimeRange = { from: NOW - 30 * DAY_MS, to: NOW }
const HOURS = 30 * 24
const PANES_A_TURN = 12

let window: SlidingWindow
let inside: Set<number>

/** What was older than seven days is gone, since less was kept before: of a month most is. */
beforeEach(() => {
  const measures = createMeasureSet(BUILT_IN.kpis)
  const retention = createRetention()
  retention.goneBefore(LEVELS.map(() => NOW - 7 * DAY_MS))
  const options = { measures, crossed: [], pins: createPins(), retention, maxRestingBytes: 0 }
  inside = new Set()
  window = createSlidingWindow(createPyramid(options), '', {
    clear: () => inside.clear(),
    enter: ({ start }) => void inside.add(start),
    leave: ({ start }) => void inside.delete(start),
    moved() {},
    added() {},
    folding: () => () => {},
  })
})

/** In how many turns it gets there, as whoever reads moves it. */
function turnsTo(range: TimeRange): number {
  for (let turns = 1; turns <= 2 * HOURS; turns++) {
    window.needs(window.towards(range, PANES_A_TURN))
    const next = window.towards(range, PANES_A_TURN)
    window.moveTo(next)
    if (next === range) return turns
  }
  return Number.POSITIVE_INFINITY
}

const most = HOURS / PANES_A_TURN + 1

test('a window that reaches back beyond what is kept gets there in few turns', () => {
  expect(turnsTo(MONTH)).toBeLessThanOrEqual(most)
  expect(inside.size).toBe(HOURS)
})

test('so does one of which all was deleted', () => {
  const gone = { from: NOW - 29 * DAY_MS, to: NOW - 9 * DAY_MS }
  expect(turnsTo(gone)).toBeLessThanOrEqual(most)
})

test('where what leaves it is not kept any more it is made anew, in few turns, too', () => {
  turnsTo(MONTH)
  const next = { from: MONTH.from + HOUR_MS, to: MONTH.to + HOUR_MS }
  expect(turnsTo(next)).toBeLessThanOrEqual(most)
  expect(inside.size).toBe(HOURS)
  expect(Math.min(...inside)).toBe(next.from)
})

test('to ask what a move needs changes nothing', () => {
  turnsTo(MONTH)
  const before = [...inside]
  for (const by of [MINUTE_MS, HOUR_MS, DAY_MS, 20 * DAY_MS]) {
    const further = { from: MONTH.from + by, to: MONTH.to + by }
    const needs = window.needs(further)
    expect(window.needs(further)).toEqual(needs)
    window.towards(further, PANES_A_TURN)
  }
  expect(window.needs(MONTH)).toEqual([])
  expect([...inside]).toEqual(before)
})
