import { expect, test } from 'vitest'
import { BUILT_IN, createCatalog } from '../../lib/kpi-catalog.ts'
import { DIMENSIONS, KPIS, type Kpi } from '../../lib/kpis.ts'
import {
  ALL_LISTS,
  filterPatch,
  kpiPatch,
  NO_FILTER,
  readOverviewParams,
} from './overview-params.ts'

const carts: Kpi = { ...KPIS.page_views, id: 'carts', label: 'Carts' }
const WITH_CARTS = createCatalog([...BUILT_IN.kpis, carts])

const read = (query: string, catalog = BUILT_IN) => {
  const { kpi, filter } = readOverviewParams(catalog, new URLSearchParams(query))
  return { kpi: kpi.id, filter }
}

test('an address without words shows page views of everything', () => {
  expect(read('')).toEqual({ kpi: 'page_views', filter: undefined })
})

test('the address chooses the chart and the filter', () => {
  expect(read('kpi=ctr&by=page&key=/pricing?a=b')).toEqual({
    kpi: 'ctr',
    filter: { dimension: 'page', key: '/pricing?a=b' },
  })
})

test('words that mean nothing are as if unsaid', () => {
  expect(read('kpi=sales&by=colour&key=red')).toEqual({ kpi: 'page_views', filter: undefined })
  expect(read('by=page')).toEqual({ kpi: 'page_views', filter: undefined })
  expect(read('by=page&key=')).toEqual({ kpi: 'page_views', filter: undefined })
})

test('a KPI that a team added is known once its catalog is', () => {
  expect(read('kpi=carts').kpi).toBe('page_views')
  expect(read('kpi=carts', WITH_CARTS).kpi).toBe('carts')
  expect(readOverviewParams(WITH_CARTS, new URLSearchParams('kpi=carts')).kpi).toBe(carts)
})

test('what the address says by itself is left out of it', () => {
  expect(kpiPatch('page_views')).toEqual({ kpi: null })
  expect(kpiPatch('ctr')).toEqual({ kpi: 'ctr' })
})

test('a second click on a row takes its filter away', () => {
  const filter = { dimension: 'page', key: '/a' } as const
  expect(filterPatch(undefined, 'page', '/a')).toEqual({ by: 'page', key: '/a' })
  expect(filterPatch(filter, 'page', '/b')).toEqual({ by: 'page', key: '/b' })
  expect(filterPatch(filter, 'page', '/a')).toEqual(NO_FILTER)
})

test('every dimension has its list', () => {
  expect([...ALL_LISTS].sort()).toEqual([...DIMENSIONS].sort())
})
