import { expect, test } from 'vitest'
import { BUILT_IN, createCatalog } from '../../lib/kpi-catalog.ts'
import { DIMENSIONS, KPIS, type Kpi } from '../../lib/kpis.ts'
import {
  ALL_LISTS,
  filtersPatch,
  kpiPatch,
  pickFilter,
  readOverviewParams,
} from './overview-params.ts'

const carts: Kpi = { ...KPIS.page_views, id: 'carts', label: 'Carts' }
const WITH_CARTS = createCatalog([...BUILT_IN.kpis, carts])

const read = (query: string, catalog = BUILT_IN) => {
  const { kpi, filters } = readOverviewParams(catalog, new URLSearchParams(query))
  return { kpi: kpi.id, filters }
}

test('an address without words shows page views of everything', () => {
  expect(read('')).toEqual({ kpi: 'page_views', filters: [] })
})

test('the address chooses the chart and the filter', () => {
  expect(read('kpi=ctr&by=page&key=/pricing?a=b')).toEqual({
    kpi: 'ctr',
    filters: [{ dimension: 'page', key: '/pricing?a=b' }],
  })
})

test('words that mean nothing are as if unsaid', () => {
  expect(read('kpi=sales&by=colour&key=red')).toEqual({ kpi: 'page_views', filters: [] })
  expect(read('by=page')).toEqual({ kpi: 'page_views', filters: [] })
  expect(read('by=page&key=')).toEqual({ kpi: 'page_views', filters: [] })
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

const acme = { dimension: 'account', key: 'acme' } as const
const mobile = { dimension: 'device', key: 'mobile' } as const
const home = { dimension: 'page', key: '/' } as const

test('two filters are read in the order in which they were chosen, and written as they are read', () => {
  for (const filters of [[acme, mobile], [mobile, acme], [acme], []]) {
    const said = Object.entries(filtersPatch(filters)).filter(([, value]) => value !== null)
    expect(read(new URLSearchParams(said as [string, string][]).toString()).filters).toEqual(
      filters,
    )
  }
})

test('of two filters that cannot be combined the first is left', () => {
  expect(read('by=page&key=/&by2=device&key2=mobile').filters).toEqual([home])
  expect(read('by=device&key=mobile&by2=device&key2=tablet').filters).toEqual([mobile])
  expect(read('by=colour&key=red&by2=device&key2=mobile').filters).toEqual([mobile])
})

test('a second click on a row takes its filter away, and leaves the other', () => {
  expect(pickFilter([acme], acme)).toEqual([])
  expect(pickFilter([acme, mobile], acme, mobile)).toEqual([mobile])
  expect(pickFilter([acme, mobile], mobile, acme)).toEqual([acme])
})

test('a click in a list that is restricted adds to what it is restricted to', () => {
  const spring = { dimension: 'campaign', key: 'spring' } as const
  expect(pickFilter([acme], mobile, acme)).toEqual([acme, mobile])
  expect(pickFilter([acme, mobile], spring, acme)).toEqual([acme, spring])
})

test('a click takes the place of what was chosen of its dimension', () => {
  const tablet = { dimension: 'device', key: 'tablet' } as const
  expect(pickFilter([mobile], tablet)).toEqual([tablet])
  expect(pickFilter([mobile, acme], tablet, acme)).toEqual([tablet, acme])
})

test('a click in a list of all events lifts the filters that it cannot be combined with', () => {
  expect(pickFilter([acme, mobile], home)).toEqual([home])
})

test('every dimension has its list', () => {
  expect([...ALL_LISTS].sort()).toEqual([...DIMENSIONS].sort())
})
