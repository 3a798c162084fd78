import { expect, test } from 'vitest'
import type { CatalogAnswer } from '../../lib/api.ts'
import { BUILT_IN } from '../../lib/kpi-catalog.ts'
import { KPIS, type Kpi } from '../../lib/kpis.ts'
import { createCatalogLoader } from './catalog-store.ts'
import type { Answered } from './http.ts'

const carts: Kpi = { ...KPIS.page_views, id: 'carts', label: 'Carts' }
const orders: Kpi = { ...KPIS.page_views, id: 'orders', label: 'Orders' }

const of = (version: string, ...kpis: Kpi[]): Answered<CatalogAnswer> => ({
  ok: true,
  value: { version, kpis: [...BUILT_IN.kpis, ...kpis], dimensions: [], crossed: [] },
})
const failed: Answered<CatalogAnswer> = {
  ok: false,
  problem: { type: 'about:blank', title: 'No answer', status: 0, detail: 'No answer.' },
}
const connected = (version?: string) => ({ connected: true, version })
const lost = (version?: string) => ({ connected: false, version })

/** Each load waits until it is answered by hand. */
function loader() {
  const waiting: ((answer: Answered<CatalogAnswer>) => void)[] = []
  const clock = { now: 1_000 }
  let loads = 0
  const { store, hear } = createCatalogLoader({
    load: () => {
      loads += 1
      return new Promise((resolve) => waiting.push(resolve))
    },
    now: () => clock.now,
  })
  return {
    hear,
    clock,
    loads: () => loads,
    added: () =>
      store
        .getState()
        .catalog.kpis.slice(BUILT_IN.kpis.length)
        .map(({ id }) => id),
    catalog: () => store.getState().catalog,
    version: () => store.getState().version,
    async answer(answer: Answered<CatalogAnswer>) {
      waiting.shift()?.(answer)
      // What follows from an answer follows in microtasks; this is after all of them.
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

test('before anything is loaded the catalog is what is built in', () => {
  const { added, version, loads, hear } = loader()
  hear(lost())
  expect([added(), version(), loads()]).toEqual([[], null, 0])
})

test('a connection loads it once, however often the same version is named', async () => {
  const { hear, answer, added, loads } = loader()
  hear(connected())
  hear(connected('v1'))
  await answer(of('v1', carts))
  hear(connected('v1'))
  hear(connected('v1'))
  expect([added(), loads()]).toEqual([['carts'], 1])
})

test('a new connection loads it without a new status, which may not come for a KPI that is gone', async () => {
  const { hear, answer, added } = loader()
  hear(connected('v1'))
  await answer(of('v1', carts))
  hear(lost('v1'))
  hear(connected('v1'))
  await answer(of('v2', orders))
  expect(added()).toEqual(['orders'])
})

test('what was asked for in the connection before does not stand for the new one', async () => {
  const { hear, answer, added, loads } = loader()
  hear(connected('v1'))
  hear(lost('v1'))
  hear(connected('v1'))
  await answer(of('v1', carts))
  expect(loads()).toBe(2)
  await answer(of('v2', orders))
  expect(added()).toEqual(['orders'])
})

test('a new connection to the same catalog leaves it the same object', async () => {
  const { hear, answer, catalog } = loader()
  hear(connected('v1'))
  await answer(of('v1', carts))
  const before = catalog()
  hear(lost('v1'))
  hear(connected('v1'))
  await answer(of('v1', carts))
  expect(catalog()).toBe(before)
})

test('another version in the status loads again', async () => {
  const { hear, answer, added, loads } = loader()
  hear(connected('v1'))
  await answer(of('v1', carts))
  hear(connected('v2'))
  await answer(of('v2', orders))
  expect([added(), loads()]).toEqual([['orders'], 2])
})

test('a version that is named while the one before is loaded is loaded after it', async () => {
  const { hear, answer, added, loads } = loader()
  hear(connected('v1'))
  hear(connected('v2'))
  expect(loads()).toBe(1)
  await answer(of('v1', carts))
  expect(loads()).toBe(2)
  await answer(of('v2', carts, orders))
  expect([added(), loads()]).toEqual([['carts', 'orders'], 2])
})

test('a failed load keeps what was there', async () => {
  const { hear, answer, added, version } = loader()
  hear(connected('v1'))
  await answer(of('v1', carts))
  hear(connected('v2'))
  await answer(failed)
  expect([added(), version()]).toEqual([['carts'], 'v1'])
})

test('a failed load is tried again by a later status, not by each', async () => {
  const { hear, answer, added, loads, clock } = loader()
  hear(connected('v1'))
  await answer(failed)
  clock.now += 4_999
  hear(connected('v1'))
  expect(loads()).toBe(1)
  clock.now += 1
  hear(connected('v1'))
  expect(loads()).toBe(2)
  await answer(of('v1', carts))
  expect(added()).toEqual(['carts'])
})

test('a failed load is tried again at once when the connection comes back', async () => {
  const { hear, answer, added } = loader()
  hear(connected('v1'))
  await answer(failed)
  hear(lost('v1'))
  hear(connected('v1'))
  await answer(of('v1', carts))
  expect(added()).toEqual(['carts'])
})

test('an answer of another version than the status names is not asked for without end', async () => {
  const { hear, answer, loads, version } = loader()
  hear(connected('v1'))
  await answer(of('v2', carts))
  hear(connected('v1'))
  expect(loads()).toBe(1)
  hear(connected('v2'))
  expect([loads(), version()]).toEqual([1, 'v2'])
})
