import { expect, it } from 'vitest'
import type { KpisAnswer, SeriesAnswer } from '../../lib/api.ts'
import { NO_VALUE } from '../../lib/kpi-value.ts'
import type { Filters } from '../../lib/view.ts'
import { parseCsv } from './csv.testing.ts'
import { csvText } from './csv.ts'
import { kpisCsv, seriesCsv } from './kpi-csv.ts'

const FROM = Date.UTC(2026, 0, 31, 8)
const TO = Date.UTC(2026, 0, 31, 9)
const SPAN = ['2026-01-31T08:00:00.000Z', '2026-01-31T09:00:00.000Z']

const two = { value: 12.5, money: { EUR: '3', USD: '12.500001' }, currency: 'USD' }
const one = { value: -1, money: { USD: '-1' }, currency: 'USD' }

const kpis: KpisAnswer = {
  asOf: TO,
  from: FROM,
  to: TO,
  spanMs: TO - FROM,
  alignedToMs: 1_000,
  kpis: {
    spend: { value: two, before: one, unit: 'per_hour', coveredMs: 3_599_600, beforeCoveredMs: 9 },
    ctr: {
      value: { value: 0.25 },
      before: NO_VALUE,
      unit: 'percent',
      coveredMs: 40_000,
      beforeCoveredMs: 0,
    },
  },
}

const rowsOf = (file: Parameters<typeof csvText>[0]) => parseCsv(csvText(file))

it('KPIs are a row each, money a row for each currency, that of the value first', () => {
  expect(rowsOf(kpisCsv(kpis))).toEqual([
    [
      ...['from', 'to', 'part', 'dimension', 'key', 'kpi', 'currency', 'value', 'before'],
      ...['incomplete', 'covered_ms', 'before_covered_ms'],
    ],
    [...SPAN, 'total', '', '', 'spend', 'USD', '12.500001', '-1', 'false', '3599600', '9'],
    [...SPAN, 'total', '', '', 'spend', 'EUR', '3', '0', 'false', '3599600', '9'],
    [...SPAN, 'total', '', '', 'ctr', '', '0.25', '', 'false', '40000', '0'],
  ])
})

it('keys come after the total, "other" after the keys, both without what was before', () => {
  const values = { spend: one, ctr: NO_VALUE }
  const coveredMs = { spend: 1_500, ctr: 0 }
  const by = { dimension: 'page' as const, rankedBy: 'spend', coveredMs, keys: 2 }
  const answer = {
    ...kpis,
    by: {
      ...{ ...by, rows: [{ key: '-a,"b"\r\n', kpis: values }], other: values },
      incomplete: [{ from: FROM - 1, to: FROM + 1 }],
    },
  }
  expect(rowsOf(kpisCsv(answer)).slice(4)).toEqual([
    [...SPAN, 'key', 'page', '\'-a,"b"\r\n', 'spend', 'USD', '-1', '', 'true', '1500', ''],
    [...SPAN, 'key', 'page', '\'-a,"b"\r\n', 'ctr', '', '', '', 'true', '0', ''],
    [...SPAN, 'other', 'page', '', 'spend', 'USD', '-1', '', 'true', '1500', ''],
    [...SPAN, 'other', 'page', '', 'ctr', '', '', '', 'true', '0', ''],
  ])
  expect(kpisCsv(answer).name).toBe('kinesight-kpis-by-page-20260131T080000Z-20260131T090000Z')
})

it('what is missing in the range before makes no row incomplete', () => {
  const before = { ...kpis, incomplete: [{ from: FROM - 9, to: FROM }] }
  expect(
    rowsOf(kpisCsv(before))
      .slice(1)
      .map((row) => row.at(-3)),
  ).toEqual(Array(3).fill('false'))
})

it('what a filter lets through is named by it', () => {
  const filter = { dimension: 'account' as const, key: '=acme' }
  const [, first] = rowsOf(kpisCsv({ ...kpis, filter }))
  expect(first?.slice(2, 5)).toEqual(['filter', 'account', "'=acme"])
  const filters: Filters = [
    { dimension: 'account', key: 'a,"b"' },
    { dimension: 'device', key: 'mobile' },
  ]
  const [, both] = rowsOf(kpisCsv({ ...kpis, filter: filters }))
  const [part, dimensions = '', keys = ''] = both?.slice(2, 5) ?? []
  expect(part).toBe('filter')
  expect(JSON.parse(dimensions)).toEqual(['account', 'device'])
  expect(JSON.parse(keys)).toEqual(['a,"b"', 'mobile'])
})

it('a series is a row for each point and currency, then those of the keys', () => {
  const points = [{ t: FROM, value: two, open: false, late: 3, correctedAt: TO + 500 }]
  const empty = [
    { t: FROM, value: NO_VALUE, open: true, coveredMs: 700, late: 1, incomplete: true as const },
  ]
  const answer: SeriesAnswer = {
    ...{ asOf: TO, kpi: 'spend', unit: 'per_hour', from: FROM, to: TO, stepMs: TO - FROM, points },
    by: {
      ...{ dimension: 'account', rankedBy: 'spend', keys: 2 },
      series: [{ key: 'acme', points: empty }],
      other: empty,
    },
  }
  const late = ['3', '2026-01-31T09:00:00.500Z', 'false', '3600000']
  expect(rowsOf(seriesCsv(answer))).toEqual([
    [
      'from',
      'to',
      'part',
      'dimension',
      'key',
      'kpi',
      'currency',
      'value',
      'open',
      'late',
      'corrected_at',
      'incomplete',
      'covered_ms',
    ],
    [...SPAN, 'total', '', '', 'spend', 'USD', '12.500001', 'false', ...late],
    [...SPAN, 'total', '', '', 'spend', 'EUR', '3', 'false', ...late],
    [...SPAN, 'key', 'account', 'acme', 'spend', '', '', 'true', '1', '', 'true', '700'],
    [...SPAN, 'other', 'account', '', 'spend', '', '', 'true', '1', '', 'true', '700'],
  ])
})
