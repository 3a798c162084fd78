import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Database from 'libsql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { StreamEvent } from '../lib/event.ts'
import { BUILT_IN, type Catalog, kpiOf } from '../lib/kpi-catalog.ts'
import { kpiOfDefinition } from '../lib/kpi-definition.ts'
import type { AskedRange } from '../lib/kpi-questions.ts'
import { DAY_MS, epochMs, HOUR_MS, MINUTE_MS } from '../lib/time.ts'
import { WINDOW_IDS } from '../lib/windows.ts'
import { createRuleStore } from './alerts/rule-store.ts'
import { createKpiApp, type KpiApp } from './apps/kpi/kpi-app.ts'
import { createComposedKpis } from './catalog/composed-kpis.ts'
import { createLiveCatalog } from './catalog/live-catalog.ts'
import { createDamage } from './damage/damage.ts'
import { readDeadLetters } from './http/dead-letters.ts'
import { readTotals } from './http/totals.ts'
import { openStore, type Store } from './store/open-store.ts'
import { readMemory } from './stream/commit/memory-rows.ts'
import { parseEvent } from './stream/records/parse-event.ts'
import { createSeenIds } from './stream/records/seen-ids.ts'
import { recount } from './window/recount.ts'

/**
 * `testing/old-folder` is the store of a version with four migrations that was killed, as SQL, and the events that it
 * had applied. Three of them had been put twice, and two records were no events. Two commits stand in deltas.
 */
const OLD = path.join(import.meta.dirname, '..', 'testing', 'old-folder')
const KILLED_AT = 1_796_093_986_589
const STREAM = 1
/** Later than the first events: what it counts begins with its pane. */
const COMPOSED = 'german_views'

const clock = { now: () => epochMs(KILLED_AT), monotonicMs: () => KILLED_AT }
const read = (name: string) => readFileSync(path.join(OLD, name), 'utf8')
const events: StreamEvent[] = read('events.ndjson')
  .trim()
  .split('\n')
  .map((line) => {
    const parsed = parseEvent(JSON.parse(line), { arrivedAt: KILLED_AT, fallbackId: () => '' })
    if (!parsed.ok) throw new Error(parsed.rejection.detail)
    return parsed.event
  })

let folder: string
let store: Store
let catalog: Catalog
let app: KpiApp

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'kinesight-old-folder-'))
  const file = path.join(folder, 'kinesight.db')
  const old = new Database(file)
  old.exec(read('kinesight.sql'))
  old.close()
  store = await openStore(file)
  const live = createLiveCatalog({ kpis: [], crossed: BUILT_IN.crossed })
  const composed = await createComposedKpis(store.db, { clock }).list()
  live.compose(composed.map(({ definition }) => kpiOfDefinition(definition)))
  catalog = live.catalog
  app = createKpiApp({ db: store.db, streamId: STREAM, clock, catalog })
  await app.restore()
})
afterAll(async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('a folder of a version with four migrations', () => {
  test.each(WINDOW_IDS)('says of %s what its events say', async (window) => {
    const { from, to, kpis } = await app.kpis({ window }, KILLED_AT)
    for (const kpi of BUILT_IN.kpis) {
      const value = kpis[kpi.id]?.value
      const expected = recount(events, { from, to }, kpi, undefined, value?.currency)
      expect({ [kpi.id]: value?.value }).toEqual({ [kpi.id]: expected.value })
    }
  })

  const RANGES: AskedRange[] = [
    { from: KILLED_AT - 20 * MINUTE_MS, to: KILLED_AT },
    { from: KILLED_AT - 3 * DAY_MS - HOUR_MS, to: KILLED_AT - 20 * HOUR_MS },
    { from: KILLED_AT - 60 * DAY_MS, to: KILLED_AT - 8 * DAY_MS },
  ]
  test.each(RANGES)('says of each page from %s what its events say', async (range) => {
    const by = { dimension: 'page', limit: 10, rankedBy: 'page_views' } as const
    const answer = await app.kpis({ ...range, by }, KILLED_AT)
    const { from, to } = answer
    const pages = new Set(events.filter(({ time }) => time >= from && time < to).map((e) => e.page))
    pages.delete(undefined)
    expect(pages.size).toBeGreaterThan(0)
    expect(new Set(answer.by?.rows.map(({ key }) => key))).toEqual(pages)
    for (const { key, kpis } of answer.by?.rows ?? []) {
      const filter = { dimension: 'page', key } as const
      for (const id of ['page_views', 'ctr', 'visitors', 'error_rate', 'latency_p95'] as const) {
        const { value } = recount(events, { from, to }, kpiOf(BUILT_IN, id), filter)
        expect({ key, [id]: kpis[id]?.value }).toEqual({ key, [id]: value })
      }
    }
  })

  test('draws what its events say, step by step', async () => {
    const query = { kpi: 'page_views', spanMs: 7 * DAY_MS, stepMs: HOUR_MS } as const
    const { points, stepMs } = await app.series(query, KILLED_AT)
    const kpi = kpiOf(BUILT_IN, 'page_views')
    const expected = points.map(({ t }) => recount(events, { from: t, to: t + stepMs }, kpi).value)
    expect(points.map(({ value }) => value.value ?? 0)).toEqual(expected)
    expect(expected.filter((n) => n !== 0).length).toBeGreaterThan(3)
  })

  test('has its totals, to the cent, its shards and its dead letters', async () => {
    const live = { asOf: KILLED_AT, live: undefined, isRead: true }
    const totals = await readTotals(store.db, STREAM, live)
    const types: Record<string, number> = {}
    for (const { type } of events) types[type] = (types[type] ?? 0) + 1
    expect(totals.events).toEqual(types)
    expect(totals.spend).toEqual({ acme: { USD: '7.25' } })
    expect(totals.revenue).toEqual({ '': { EUR: '39.98', USD: '39.98' } })
    expect(totals.fates).toEqual({
      ...{ applied: events.length, duplicate: 3, rejected: 2, late: 31, clamped: 0, beyond: 0 },
    })
    expect(Object.values(totals.shards).map(({ records }) => records)).toEqual([18, 13, 18, 16])
    const damage = createDamage(store.db, { clock })
    const { counts, letters } = await readDeadLetters(
      store.db,
      { streamId: STREAM, damage },
      { asOf: KILLED_AT },
    )
    expect(counts).toEqual({ bad_field: 1, not_json: 1 })
    expect(letters.map(({ reason, data }) => [reason, data.text])).toEqual([
      ['not_json', 'no json at all'],
      ['bad_field', '{"type":"page_view","time":"x"}'],
    ])
  })

  test('knows its events when they are put again', async () => {
    const seen = createSeenIds()
    const damage = createDamage(store.db, { clock })
    await readMemory(store.db, { streamId: STREAM, table: 'seen', damage }, seen.restore)
    expect(events.filter(({ id }) => !seen.check(id, KILLED_AT))).toEqual([])
    expect(seen.check('another', KILLED_AT)).toBe(false)
  })

  test('has its rule, whose alert still fires, and the KPI that was composed', async () => {
    const rules = createRuleStore(store.db, { streamId: () => STREAM, clock, newId: () => 'new' })
    expect(await rules.list()).toMatchObject([
      { kpi: 'page_views', window: '1h', when: 'above', value: '1' },
    ])
    expect(await rules.events({ limit: 10 })).toMatchObject([{ id: 1, clearedAt: null }])
    const { kpis } = await app.kpis({ window: '5m' }, KILLED_AT)
    const measuredFrom = kpis[COMPOSED]?.measuredFrom ?? Number.NaN
    const measured = { from: measuredFrom, to: KILLED_AT }
    const before = recount(events, { from: 0, to: measuredFrom }, kpiOf(catalog, COMPOSED))
    expect(before.value).toBeGreaterThan(0)
    expect(kpis[COMPOSED]?.value).toEqual(recount(events, measured, kpiOf(catalog, COMPOSED)))
  })

  test('is not found damaged', async () => {
    for (const window of WINDOW_IDS) await app.kpis({ window }, KILLED_AT)
    const damaged = await store.db.selectFrom('damaged').selectAll().execute()
    expect(damaged).toEqual([])
  })
})
