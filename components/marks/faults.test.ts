import { describe, expect, test } from 'vitest'
import type { KpiMark } from '../../lib/kpi-mark.ts'
import type { Filter } from '../../lib/view.ts'
import { alsoMoved, faultsOf, marksOnChart, since } from './faults.ts'

const T = 1_790_000_000_000
const mark = (id: string, change: Partial<KpiMark> = {}): KpiMark => ({
  ...{ id, kpi: 'requests', direction: 'up', factor: 2, began: T, ended: T + 90_000 },
  ...{ ending: 'back', text: id },
  ...change,
})
const cause = { dimension: 'page', key: '/pay', share: 0.9 } as const
const ids = (marks: readonly KpiMark[]) => marks.map(({ id }) => id)

describe('marks that began together', () => {
  test('with one key are one fault, named by what is furthest from usual', () => {
    const [fault, ...others] = faultsOf([
      mark('a', { kpi: 'latency_p95', factor: 3, cause, began: T + 10_000 }),
      mark('b', { kpi: 'error_rate', factor: 20, cause }),
      mark('c', { kpi: 'requests', of: { dimension: 'page', key: '/pay' }, factor: 0.5 }),
    ])
    expect(others).toEqual([])
    expect(fault).toMatchObject({ id: 'b', lead: { id: 'b' }, began: T, ended: T + 90_000 })
    expect(fault?.key).toEqual({ dimension: 'page', key: '/pay' })
    expect(fault && alsoMoved(fault)).toEqual(['requests', 'latency_p95'])
  })

  test('are led by one with a key, however far another is from usual', () => {
    const [fault] = faultsOf([mark('silent', { kpi: 'visitors', factor: 0 }), mark('b', { cause })])
    expect(fault).toMatchObject({ id: 'b', lead: { id: 'b' }, marks: { length: 2 } })
  })

  test('with other keys are other faults', () => {
    const other = { ...cause, key: '/docs' }
    expect(faultsOf([mark('a', { cause }), mark('b', { kpi: 'ctr', cause: other })])).toHaveLength(
      2,
    )
  })

  test('of one KPI are one, whichever key each names', () => {
    const other = { dimension: 'referrer', key: 'x.org' } as const
    expect(faultsOf([mark('a', { cause }), mark('b', { of: other })])).toHaveLength(1)
  })
})

test('parts of different keys that change together are one fault', () => {
  const reddit = { dimension: 'referrer', key: 'reddit.com' } as const
  const home = { dimension: 'page', key: '/' } as const
  const [fault, ...others] = faultsOf([
    mark('home', { of: home, factor: 0.5, direction: 'down' }),
    mark('crowd', { kpi: 'page_views', of: reddit, factor: 22 }),
  ])
  expect(others).toEqual([])
  expect(fault).toMatchObject({ lead: { id: 'crowd' }, key: reddit })
})

test('what began half a minute later is another fault; the newest is first', () => {
  const faults = faultsOf([
    mark('a'),
    mark('b', { began: T + 30_001 }),
    mark('c', { began: T + 30_000 }),
  ])
  expect(faults.map(({ marks }) => ids(marks))).toEqual([['b'], ['a', 'c']])
})

test('a fault lasts as long as one of its marks', () => {
  const [fault] = faultsOf([mark('a'), mark('b', { ended: null, ending: null })])
  expect(fault?.ended).toBeNull()
  const faults = faultsOf([mark('old'), mark('new', { began: T + 60_000, ended: T + 200_000 })])
  expect(since(faults, T + 90_000).map(({ id }) => id)).toEqual(['new'])
})

test('a chart shows the marks of its KPI and currency, and with a filter those of its key', () => {
  const marks = [
    mark('all', { kpi: 'spend', currency: 'USD' }),
    mark('euro', { kpi: 'spend', currency: 'EUR' }),
    mark('key', { kpi: 'spend', currency: 'USD', cause }),
    mark('else'),
  ]
  const shown = (...filters: Filter[]) =>
    ids(marksOnChart(marks, { kpi: 'spend', currency: 'USD', filters }))
  expect(shown()).toEqual(['all', 'key'])
  expect(shown({ dimension: 'page', key: '/pay' })).toEqual(['key'])
  expect(shown({ dimension: 'page', key: '/' })).toEqual([])
})
