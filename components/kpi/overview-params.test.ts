import { expect, test } from 'vitest'
import { DIMENSIONS } from '../../lib/kpis.ts'
import {
  ALL_LISTS,
  filterPatch,
  kpiPatch,
  NO_FILTER,
  readOverviewParams,
} from './overview-params.ts'

const read = (query: string) => readOverviewParams(new URLSearchParams(query))

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
