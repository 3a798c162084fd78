import { expect, test } from 'vitest'
import { createCatalog, kpiOf } from '../../lib/kpi-catalog.ts'
import { KPIS } from '../../lib/kpis.ts'
import { HOUR_MS, MINUTE_MS } from '../../lib/time.ts'
import { WARM_UP_STEPS } from '../insight/baseline.ts'
import { STEP_MS } from '../insight/reading.ts'
import type { Cell } from '../window/cell.ts'
import { TOTAL_PRECISION } from '../window/distinct.ts'
import { createMeasureSet } from '../window/measures.ts'
import { createWatchedKpis } from './watched-kpis.ts'

const SINCE = 1_790_000_000_000
const catalog = createCatalog([KPIS.page_views])
const measures = createMeasureSet(catalog.kpis)

const cellWith = (views: number): Cell => {
  const counts = measures.columns.counts.map(() => 0)
  for (const column of measures.columnsOf(kpiOf(catalog, 'page_views').formula)) {
    counts[column] = views
  }
  return { counts, money: [], distinct: [], quantiles: [], late: null, precision: TOTAL_PRECISION }
}

/** Two hours of which panes hold a little of it, as late events leave it, then half an hour with a hundred a step. */
function changesOf(measuredFrom: number): number {
  const watched = createWatchedKpis({ catalog, measures, measuredFrom: () => measuredFrom })
  for (let at = SINCE - 2 * HOUR_MS; at < SINCE; at += STEP_MS) watched.remember(cellWith(10), at)
  let changes = 0
  for (let at = SINCE; at < SINCE + 30 * MINUTE_MS; at += STEP_MS) {
    changes += watched.see(cellWith(100), at).length
  }
  return changes
}

test('there is as much to learn before the first step as there ever is', () => {
  const watched = createWatchedKpis({ catalog, measures, measuredFrom: () => SINCE })
  expect(watched.stepsToGo()).toBe(WARM_UP_STEPS)
  watched.see(cellWith(10), SINCE)
  expect(watched.stepsToGo()).toBe(WARM_UP_STEPS - 1)
})

test('a KPI that was not measured before is not marked for having begun', () => {
  expect(changesOf(SINCE)).toBe(0)
})

test('one that was measured and had little is', () => {
  expect(changesOf(Number.NEGATIVE_INFINITY)).toBeGreaterThan(0)
})
