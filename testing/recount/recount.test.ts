import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chartPoints } from '../../components/kpi/chart-values.ts'
import { kpiRateTime, rateTime } from '../../components/kpi/rate-time.ts'
import type { KpisAnswer, SeriesAnswer, TotalsAnswer } from '../../lib/api.ts'
import type { KpiValue } from '../../lib/kpi-value.ts'
import { DIMENSIONS, KPI_IDS, KPIS } from '../../lib/kpis.ts'
import { WINDOW_IDS } from '../../lib/windows.ts'
import { type Product, startProduct } from './product.testing.ts'
import {
  byKey,
  type Counted,
  eventsIn,
  kpisOf,
  percentile,
  rangeOf,
  readCsv,
  readEvents,
  seededLines,
  totalsOf,
  WINDOWS,
  wasOf,
} from './recount.mjs'

const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000]
const COUNTS = ['page_views', 'requests'] as const
const RATIOS = ['ctr', 'coverage', 'conversion_rate', 'error_rate'] as const
const MONEY = ['spend', 'revenue'] as const
const QUANTILES = { latency_p50: 0.5, latency_p95: 0.95, latency_p99: 0.99 }

/** One that has just begun, and one that is older than all windows. */
const STREAMS = [
  { name: 'of 40 s', ageMs: 40 * SECOND, count: 1_500 },
  { name: 'of 26 hours', ageMs: 26 * HOUR, count: 1_500 },
  { name: 'of 70 days', ageMs: 70 * 24 * HOUR, count: 1_500 },
]

describe.each(STREAMS)('what is said of a stream $name is what plain Node counts', (stream) => {
  let product: Product
  let events: ReturnType<typeof readEvents>
  let first: number

  beforeAll(async () => {
    const lines = seededLines({ ...stream, seed: stream.count + stream.ageMs, now: Date.now() })
    events = readEvents(lines)
    first = Math.min(...events.map(({ time }) => time))
    product = await startProduct(lines)
  }, 60_000)
  afterAll(() => product.close())

  const json = async <T>(path: string): Promise<T> => JSON.parse(await product.get(path)) as T

  /** All that is said of some events. */
  function expectKpis(got: Record<string, KpiValue | undefined>, want: Counted): void {
    for (const id of COUNTS) expect([id, got[id]?.value]).toEqual([id, want[id]])
    for (const id of RATIOS) expect([id, got[id]?.value]).toEqual([id, want[id]])
    for (const id of MONEY) expect([id, nonZero(got[id]?.money)]).toEqual([id, want[id]])
    // HyperLogLog, by key of fewer registers.
    const visitors = got.visitors?.value ?? Number.NaN
    expect(Math.abs(visitors - want.visitors)).toBeLessThanOrEqual(2 + want.visitors * 0.06)
    for (const [id, q] of Object.entries(QUANTILES)) {
      const exact = percentile(want.latencies, q)
      const value = got[id]?.value ?? null
      if (exact === null || value === null) expect([id, value]).toEqual([id, exact])
      else expect(Math.abs(value - exact)).toBeLessThanOrEqual(exact * 0.0101)
    }
  }

  function expectAnswer(answer: KpisAnswer, filter: Record<string, string> = {}): void {
    const { from, to, asOf, kpis } = answer
    const before = { from: from - (to - from), to: from }
    const values = (which: 'value' | 'before') =>
      Object.fromEntries(KPI_IDS.map((id) => [id, kpis[id]?.[which]]))
    expectKpis(values('value'), kpisOf(eventsIn(events, answer, filter)))
    expectKpis(values('before'), kpisOf(eventsIn(events, before, filter)))
    for (const id of KPI_IDS) {
      expect(kpis[id]?.coveredMs).toBe(wasOf(events, answer, asOf))
      expect(kpis[id]?.beforeCoveredMs).toBe(wasOf(events, before, asOf))
    }
  }

  it.each(WINDOW_IDS)('KPIs over %s, in total, of a filter, of two', async (window) => {
    const answer = await json<KpisAnswer>(`/api/v1/kpis?window=${window}`)
    expect(answer.to - answer.from).toBe(WINDOWS[window][0])
    expect(answer.to).toBeGreaterThan(answer.asOf)
    expectAnswer(answer)
    const filter = { account: 'acme', device: 'mobile' }
    const [one, two] = ['&filter=account:acme', '&filter=account:acme&filter=device:mobile']
    expectAnswer(await json(`/api/v1/kpis?window=${window}${one}`), { account: filter.account })
    expectAnswer(await json(`/api/v1/kpis?window=${window}${two}`), filter)
  })

  it('all windows that reach further back than the stream say one rate', async () => {
    const answers = await Promise.all(
      WINDOW_IDS.map((id) => json<KpisAnswer>(`/api/v1/kpis?window=${id}`)),
    )
    const whole = answers.filter(({ from }) => from <= first)
    for (const { asOf, kpis } of whole) {
      const { value, coveredMs = 0 } = kpis.page_views ?? { value: { value: null } }
      const views = events.filter(({ type }) => type === 'page_view').length
      expect([value.value, coveredMs]).toEqual([views, asOf - first])
    }
    expect(whole.length).toBe({ 40: 7, 93600: 2, 6048000: 0 }[stream.ageMs / SECOND])
  })

  it.each(DIMENSIONS)('KPIs by %s, as JSON and as CSV', async (dimension) => {
    for (const window of ['1m', '1h', '30d'] as const) {
      const path = `/api/v1/kpis?window=${window}&by=${dimension}&limit=1000`
      const { by, ...answer } = await json<KpisAnswer>(path)
      const keys = byKey(eventsIn(events, answer), dimension)
      expect(by?.keys).toBe(keys.size)
      for (const { key, kpis } of by?.rows ?? []) expectKpis(kpis, keys.get(key) ?? kpisOf([]))
      expect(by?.coveredMs.spend).toBe(wasOf(events, answer, answer.asOf))

      const rows = readCsv(await product.get(`${path}&format=csv`))
      const { from, to } = timesOf(rows[0])
      const inRange = byKey(eventsIn(events, { from, to }), dimension)
      const views = rows.filter(({ part, kpi }) => part === 'key' && kpi === 'page_views')
      expect(views.length).toBe(inRange.size)
      for (const { key = '', value, covered_ms } of views) {
        // A key that a spreadsheet would take for a formula has a sign before it.
        const counted = inRange.get(key.replace(/^'(?=[=+\-@])/, ''))
        expect([key, Number(value)]).toEqual([key, counted?.page_views])
        const was = wasOf(events, { from, to }, Date.now())
        expect(was - Number(covered_ms)).toBeLessThan(10 * SECOND)
        expect(was - Number(covered_ms)).toBeGreaterThanOrEqual(0)
      }
      const cost = rows.filter(({ part, kpi }) => part === 'total' && kpi === 'spend')
      const said = Object.fromEntries(
        cost.map(({ currency = '', value = '' }) => [currency, value]),
      )
      expect(nonZero(said)).toEqual(kpisOf(eventsIn(events, { from, to })).spend)
    }
  })

  it.each(KPI_IDS)('the series of %s, step by step, by key, as CSV', async (id) => {
    for (const query of ['window=1m&step=1s', 'window=1h', 'window=30h&step=1h', 'window=30d']) {
      const path = `/api/v1/kpis/${id}/series?${query}`
      const { points, stepMs, asOf } = await json<SeriesAnswer>(path)
      for (const { t, value, open, coveredMs = stepMs } of points) {
        const step = { from: t, to: t + stepMs }
        expect([t, open]).toEqual([t, t + stepMs > asOf])
        expect([t, coveredMs]).toEqual([t, wasOf(events, step, asOf)])
        if (t + stepMs <= first) expect(value.value).toBeNull()
        else expectOne(id, value, kpisOf(eventsIn(events, step)))
      }
      const rows = readCsv(await product.get(`${path}&format=csv`))
      for (const row of rows) {
        const { from, to } = timesOf(row)
        const counted = kpisOf(eventsIn(events, { from, to }))
        if (to <= first) expect(row.value).toBe('')
        else if (id === 'page_views' || id === 'requests') {
          expect(Number(row.value)).toBe(counted[id])
        } else if ((id === 'spend' || id === 'revenue') && row.value !== '0') {
          expect(row.value).toBe(counted[id][row.currency ?? ''])
        }
      }
    }
    const { by, ...whole } = await json<SeriesAnswer>(
      `/api/v1/kpis/${id}/series?window=15m&step=1m&by=device`,
    )
    for (const { key, points } of by?.series ?? []) {
      for (const { t, value, coveredMs = whole.stepMs } of points) {
        const step = { from: t, to: t + whole.stepMs }
        expect(coveredMs).toBe(wasOf(events, step, whole.asOf))
        if (t + whole.stepMs <= first) continue
        expectOne(id, value, kpisOf(eventsIn(events, step, { device: key })))
      }
    }
  })

  /** What is said of one KPI in a step. */
  function expectOne(id: (typeof KPI_IDS)[number], got: KpiValue, want: Counted): void {
    const { value } = got
    if (id === 'yield') return
    if (id === 'visitors') {
      expect(Math.abs((value ?? Number.NaN) - want.visitors)).toBeLessThanOrEqual(
        2 + want.visitors * 0.06,
      )
    } else if (id === 'spend' || id === 'revenue') expect(nonZero(got.money)).toEqual(want[id])
    else if (id in QUANTILES) {
      const exact = percentile(want.latencies, QUANTILES[id as keyof typeof QUANTILES])
      if (exact === null || value === null) expect(value).toBe(exact)
      else expect(Math.abs(value - exact)).toBeLessThanOrEqual(exact * 0.0101)
    } else expect(value).toBe(want[id as 'page_views'])
  }

  it('fixed ranges, of the stream and before it', async () => {
    const now = Date.now()
    for (const [from, to] of [
      [30 * SECOND, 5 * SECOND],
      [3 * MINUTE, 20 * SECOND],
      [50 * MINUTE, 10 * MINUTE],
      [20 * HOUR, 3 * HOUR],
      [50 * 24 * HOUR, 2 * 24 * HOUR],
      [80 * 24 * HOUR, 75 * 24 * HOUR],
    ] as const) {
      const path = `/api/v1/kpis?from=${now - from}&to=${now - to}`
      expectAnswer(await json(path))
      expectAnswer(await json(`${path}&filter=country:DE`), { country: 'DE' })
    }
  })

  it('totals', async () => {
    const { events: types, spend, revenue } = await json<TotalsAnswer>('/api/v1/totals')
    const want = totalsOf(events)
    expect(types).toEqual(want.events)
    for (const [account, money] of Object.entries(want.spend)) {
      expect([account, nonZero(spend[account])]).toEqual([account, money])
    }
    for (const [account, money] of Object.entries(want.revenue)) {
      expect([account, nonZero(revenue[account])]).toEqual([account, money])
    }
  })

  it.each(WINDOW_IDS)(
    'the frame of a page over %s: figures, rates, lists, chart, spend',
    async (window) => {
      const { now, state } = await product.frame({ kind: 'overview', window, kpi: 'page_views' })
      const range = rangeOf(window, now)
      const was = wasOf(events, range, now)
      const counted = kpisOf(eventsIn(events, range))
      const { cells, series } = state
      expectKpis(Object.fromEntries(KPI_IDS.map((id) => [id, cells[`kpi.${id}`]?.now])), counted)
      const { chart, asOf } = cells
      if (chart === undefined) throw new Error('the frame has no chart')
      expect(asOf).toBe(now)
      for (const id of KPI_IDS) {
        expect(kpiRateTime(chart, cells[`kpi.${id}`]?.young, asOf).ms).toBe(was)
      }
      const views = series.main ?? []
      for (const [t, value = null] of views) {
        const step = { from: t, to: t + chart.stepMs }
        const want = step.to <= first ? null : kpisOf(eventsIn(events, step)).page_views
        expect([t, value]).toEqual([t, want])
      }
      // All of the newest data is there, long since.
      const drawn = { stepMs: chart.stepMs, now, newestAt: now, since: chart.known.since }
      for (const [t, rate = null] of chartPoints(KPIS.page_views, views, drawn)) {
        if (rate === null) continue
        const step = { from: t, to: t + chart.stepMs }
        const views = kpisOf(eventsIn(events, step)).page_views
        expect(rate).toBeCloseTo((views * SECOND) / wasOf(events, step, now), 6)
      }
      for (const dimension of DIMENSIONS) {
        const list = cells[`list.${dimension}`]
        if (list === undefined) throw new Error(`the frame has no list of ${dimension}`)
        expect(rateTime(chart, asOf, list.knownFrom).ms).toBe(was)
        const keys = byKey(eventsIn(events, range), dimension)
        for (const { key, value } of list.rows) {
          if (list.rankedBy === 'spend') expect(nonZero(value.money)).toEqual(keys.get(key)?.spend)
          else expect([key, value.value]).toEqual([key, keys.get(key)?.page_views])
        }
      }

      const spending = await product.frame({ kind: 'spend', window })
      const { spend } = spending.state.cells
      if (spend === undefined) throw new Error('the frame has no spend')
      const of = rangeOf(window, spending.now)
      expect(nonZero(spend.now.money)).toEqual(kpisOf(eventsIn(events, of)).spend)
      expect(rateTime(spend, spending.state.cells.asOf).ms).toBe(wasOf(events, of, spending.now))
      for (const { key, now: row } of spend.byAccount) {
        expect(nonZero(row.money)).toEqual(kpisOf(eventsIn(events, of, { account: key })).spend)
      }
    },
  )

  it('the frame of a page over a fixed range', async () => {
    const now = Date.now()
    const wish = { from: now - 30 * SECOND, to: now - 5 * SECOND }
    const { state } = await product.frame({ kind: 'overview', range: wish, kpi: 'spend' })
    const { chart } = state.cells
    if (chart?.range === undefined) throw new Error('the frame has no range')
    const counted = kpisOf(eventsIn(events, chart.range))
    const said = KPI_IDS.map((id) => [id, state.cells[`kpi.${id}`]?.now])
    expectKpis(Object.fromEntries(said), counted)
    expect(kpiRateTime(chart, undefined, undefined).ms).toBe(wasOf(events, chart.range, now))
  })
})

const nonZero = (money: Record<string, string> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(money).filter(([, amount]) => amount !== '0'))

const timesOf = (row: Record<string, string> | undefined) => ({
  from: Date.parse(row?.from ?? ''),
  to: Date.parse(row?.to ?? ''),
})
