import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { FoundChange } from '../../../lib/counting-change.ts'
import type { CrossedPair } from '../../../lib/crossed.ts'
import { createCatalog } from '../../../lib/kpi-catalog.ts'
import { KPI_IDS, KPIS, type Kpi } from '../../../lib/kpis.ts'
import { DAY_MS, HOUR_MS } from '../../../lib/time.ts'
import { createRetention, DEFAULT_KEEP } from '../../window/retention.ts'
import { createKpiApp } from './kpi-app.ts'
import { openFolder } from './questions.testing.ts'

const NOW = Date.UTC(2026, 0, 10, 12)
const BUILT_IN = KPI_IDS.map((id) => KPIS[id])
const CARTS: Kpi = {
  ...{ id: 'carts', label: 'Carts', unit: 'count', better: 'up', help: '' },
  formula: { kind: 'count', of: { type: 'cart' } },
}

let folder: Awaited<ReturnType<typeof openFolder>>
let streamId = 0
beforeAll(async () => {
  folder = await openFolder()
})
afterAll(() => folder.close())
beforeEach(() => {
  streamId++
})

/** What a start with this catalog and these times finds changed. */
async function start(
  kpis: readonly Kpi[] = BUILT_IN,
  {
    crossed = [],
    keep = DEFAULT_KEEP,
  }: { crossed?: CrossedPair[]; keep?: typeof DEFAULT_KEEP } = {},
): Promise<FoundChange[]> {
  const changes: FoundChange[] = []
  const app = createKpiApp({
    ...{ db: folder.store.db, streamId, clock: { now: () => NOW, monotonicMs: () => NOW } },
    catalog: createCatalog(kpis, crossed),
    retention: createRetention(keep),
    onChange: (change) => void changes.push(change),
  })
  await app.restore()
  return changes
}

test('a first start, and one like the last, change nothing', async () => {
  const keep = { ...DEFAULT_KEEP, minutes: 2 * DAY_MS }
  expect(await start([...BUILT_IN, CARTS], { keep })).toEqual([])
  expect(await start([...BUILT_IN, CARTS], { keep })).toEqual([])
})

test('shorter times are told for each level that they delete from; longer ones delete nothing', async () => {
  await start()
  expect(await start(BUILT_IN, { keep: { ...DEFAULT_KEEP, minutes: 2 * DAY_MS } })).toEqual([
    {
      kind: 'kept_shorter',
      text: 'Counts for each minute are kept for 2d instead of 7d: older ones are deleted, and do not come back.',
    },
  ])
  expect(await start()).toEqual([])
  await start(BUILT_IN, { keep: { ...DEFAULT_KEEP, seconds: 2 * HOUR_MS } })
  expect((await start()).map(({ text }) => text.slice(0, 30))).toEqual([
    'Counts for each second are kep',
    'Counts for each 10 seconds are',
  ])
})

test('a KPI that is gone, or computed by another formula, is told; a new one is not', async () => {
  await start([...BUILT_IN, CARTS])
  const sold: Kpi = {
    ...CARTS,
    label: 'Carts sold',
    formula: { kind: 'count', of: { type: 'sold' } },
  }
  expect(await start([...BUILT_IN, sold])).toEqual([
    { kind: 'kpi_changed', text: expect.stringMatching(/^Carts sold is computed by another/) },
  ])
  expect(await start()).toEqual([
    { kind: 'kpi_gone', text: expect.stringMatching(/^Carts sold is no longer measured/) },
  ])
  expect(await start([...BUILT_IN, CARTS])).toEqual([])
})

test('dimensions that are no longer counted together are told', async () => {
  await start(BUILT_IN, { crossed: [['campaign', 'account']] })
  expect(await start()).toEqual([
    { kind: 'pair_gone', text: expect.stringMatching(/^Campaign and account are no longer/) },
  ])
  expect(await start()).toEqual([])
})
