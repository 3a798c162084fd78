import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { KPIS } from '../../lib/kpis.ts'
import { isFixed } from '../../lib/period.ts'
import type { Filter } from '../../lib/view.ts'
import { WINDOW_IDS, WINDOWS } from '../../lib/windows.ts'
import {
  answerWords,
  apiAddress,
  asCsv,
  curlLine,
  durationText,
  type Shown,
} from './api-address.ts'

const chart = (change: Partial<Extract<Shown, { kind: 'chart' }>> = {}): Shown => {
  const { period = '5m' } = change
  const stepMs = isFixed(period) ? 1_800_000 : WINDOWS[period].chart.stepMs
  return { kind: 'chart', kpi: KPIS.page_views, period, stepMs, filters: [], ...change }
}

const list = (change: Partial<Extract<Shown, { kind: 'list' }>> = {}): Shown => ({
  kind: 'list',
  dimension: 'page',
  rankedBy: 'page_views',
  period: '5m',
  limit: 8,
  ...change,
})

const PAUSED_AT = Date.UTC(2026, 0, 31, 9, 30, 5, 250)

test('a chart is asked for with its own span and step', () => {
  expect(apiAddress(chart(), null)).toBe('/api/v1/kpis/page_views/series?window=5m&step=2s')
  // The chart beside this window reaches further back than the window.
  expect(apiAddress(chart({ period: '10s' }), null)).toBe(
    '/api/v1/kpis/page_views/series?window=1m&step=1s',
  )
  expect(apiAddress(chart({ period: '24h' }), null)).toBe(
    '/api/v1/kpis/page_views/series?window=24h&step=10m',
  )
})

test('the spend chart is the series of spend, of what it is filtered to', () => {
  const filter: Filter = { dimension: 'account', key: 'acme' }
  expect(apiAddress(chart({ kpi: KPIS.spend, period: '1h', filters: [filter] }), null)).toBe(
    '/api/v1/kpis/spend/series?window=1h&step=20s&filter=account:acme',
  )
})

test('a list is asked for by its dimension, and by its rank where that is not the usual one', () => {
  expect(apiAddress(list(), null)).toBe('/api/v1/kpis?window=5m&by=page&limit=8')
  expect(apiAddress(list({ rankedBy: 'visitors', period: '10s' }), null)).toBe(
    '/api/v1/kpis?window=10s&by=page&limit=8&rank=visitors',
  )
  expect(apiAddress(list({ dimension: 'campaign', rankedBy: 'spend', limit: 10 }), null)).toBe(
    '/api/v1/kpis?window=5m&by=campaign&limit=10',
  )
})

test('what is restricted twice is asked for with both filters, a list with the one it is restricted to', () => {
  const acme: Filter = { dimension: 'account', key: 'acme' }
  const mobile: Filter = { dimension: 'device', key: 'mobile' }
  expect(apiAddress(chart({ filters: [acme, mobile] }), null)).toBe(
    '/api/v1/kpis/page_views/series?window=5m&step=2s&filter=account:acme&filter=device:mobile',
  )
  const devices = list({ dimension: 'device', rankedBy: 'spend', of: acme })
  expect(apiAddress(devices, null)).toBe(
    '/api/v1/kpis?window=5m&by=device&limit=8&filter=account:acme',
  )
  expect(answerWords(devices, null)).toBe('The first 8 over 5 min, of account acme')
})

test('while paused the range ends with the step of the moment shown', () => {
  expect(apiAddress(chart(), PAUSED_AT)).toBe(
    '/api/v1/kpis/page_views/series?window=5m&step=2s&to=2026-01-31T09:30:06Z',
  )
  expect(apiAddress(chart({ period: '24h' }), PAUSED_AT)).toBe(
    '/api/v1/kpis/page_views/series?window=24h&step=10m&to=2026-01-31T09:40:00Z',
  )
  expect(asCsv(apiAddress(list(), PAUSED_AT))).toBe(
    '/api/v1/kpis?window=5m&by=page&limit=8&to=2026-01-31T09:30:06Z&format=csv',
  )
})

test('a fixed range is asked for as it is, paused or not', () => {
  const range = { from: Date.UTC(2026, 10, 12, 8), to: Date.UTC(2026, 10, 14, 17, 30) }
  for (const pausedAt of [null, PAUSED_AT]) {
    expect(apiAddress(chart({ period: range }), pausedAt)).toBe(
      '/api/v1/kpis/page_views/series?from=2026-11-12T08:00:00Z&to=2026-11-14T17:30:00Z&step=30m',
    )
    expect(apiAddress(list({ period: range }), pausedAt)).toBe(
      '/api/v1/kpis?from=2026-11-12T08:00:00Z&to=2026-11-14T17:30:00Z&by=page&limit=8',
    )
    expect(answerWords(chart({ period: range }), pausedAt)).toMatch(
      /^A sum for each 30 min of 12 Nov \d\d:\d\d – 14 Nov \d\d:\d\d$/,
    )
  }
})

test('long windows are asked for in days, in the steps of their charts', () => {
  expect(apiAddress(chart({ period: '7d' }), null)).toBe(
    '/api/v1/kpis/page_views/series?window=7d&step=1h',
  )
  expect(apiAddress(chart({ period: '30d' }), null)).toBe(
    '/api/v1/kpis/page_views/series?window=30d&step=6h',
  )
})

test('any key comes back from the address as it was', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), (key) => {
      const address = apiAddress(chart({ filters: [{ dimension: 'page', key }] }), null)
      const asked = new URL(address, 'http://example.org').searchParams
      expect(asked.get('filter')).toBe(`page:${key}`)
      expect([...asked.keys()]).toEqual(['window', 'step', 'filter'])
    }),
  )
})

test('the path of a page stays readable', () => {
  const filter: Filter = { dimension: 'page', key: '/a b?c=1&d' }
  expect(apiAddress(chart({ filters: [filter] }), null)).toContain(
    '&filter=page:/a%20b%3Fc%3D1%26d',
  )
})

test('a shell hands the address to curl as it is', () => {
  const keys = [
    "it's",
    `'; echo "$HOME" \`id\` '`,
    '!! $(id) \\ * ~ [1-3] {a,b}',
    'line\nbreak',
    'ünï 🦊',
  ]
  const addresses = keys.map((key) =>
    apiAddress(chart({ filters: [{ dimension: 'campaign', key }] }), null),
  )
  const script = addresses.map((address) => curlLine('http://127.0.0.1:3000', address)).join('\n')
  // The shell itself is the oracle: a function named curl prints what it was given.
  const given = execFileSync('sh', ['-c', `curl() { printf '%s|' "$@"; echo; }\n${script}`])
  expect(given.toString().trimEnd().split('\n')).toEqual(
    addresses.map((address) => `-s|http://127.0.0.1:3000${address}|`),
  )
})

test('a duration is in the largest unit that needs no fraction', () => {
  expect([1_000, 90_000, 300_000, 3_600_000, 5_400_000, 86_400_000].map(durationText)).toEqual([
    '1s',
    '90s',
    '5m',
    '1h',
    '90m',
    '24h',
  ])
  expect(WINDOW_IDS.map((id) => durationText(WINDOWS[id].spanMs))).toEqual(WINDOW_IDS)
})

test('the words say what the answer holds: sums or values of which steps, or how many keys', () => {
  expect(answerWords(chart(), null)).toBe('A sum for each 2 s of 5 min')
  expect(answerWords(chart({ kpi: KPIS.ctr, period: '1h' }), null)).toBe(
    'A value for each 20 s of 1 h',
  )
  expect(answerWords(chart({ period: '24h' }), null)).toBe('A sum for each 10 min of 24 h')
  expect(answerWords(chart({ period: '10s' }), null)).toBe('A sum for each 1 s of 1 min')
  expect(answerWords(list(), null)).toBe('The first 8 over 5 min, of all events')
  expect(answerWords(list(), PAUSED_AT)).toMatch(/^The first 8 .*, up to \d\d:\d\d:05$/)
})
