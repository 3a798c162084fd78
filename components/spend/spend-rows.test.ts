import { expect, test } from 'vitest'
import type { SpendCell, SpendRow } from '../../lib/frames.ts'
import type { KpiValue } from '../../lib/kpi-value.ts'
import { barOf, shareOf } from './spend-rows.ts'

const usd = (value: number): KpiValue => ({ value, currency: 'USD', money: { USD: `${value}` } })
const eur = (value: number): KpiValue => ({ value, currency: 'EUR', money: { EUR: `${value}` } })
const row = (key: string, now: KpiValue): SpendRow => ({ key, now, before: usd(0), today: now })

const a = row('a', usd(6))
const b = row('b', usd(3))
const euro = row('c', eur(9))
const nothing = row('d', { value: 0, money: {} })

const cell = (rows: SpendRow[], other?: KpiValue): SpendCell => ({
  period: '1h',
  known: { since: 0, keptFrom: 0 },
  knownFrom: null,
  stepMs: 20_000,
  endsAt: 0,
  currency: 'USD',
  now: usd(9),
  before: usd(0),
  today: usd(9),
  byAccount: rows,
  byCampaign: [],
  ...(other !== undefined && { otherAccounts: other }),
})

test('shares are of all rows and of what was folded together', () => {
  const share = shareOf(cell([a, b], usd(3)), 'account')
  expect([share(a), share(b)]).toEqual([0.5, 0.25])
})

test('money in another currency has no share and no bar beside the others', () => {
  const rows = cell([euro, a, b])
  expect([shareOf(rows, 'account')(euro), barOf(rows, 'account')(euro)]).toEqual([null, null])
  expect(barOf(rows, 'account')(b)).toBe(0.5)
})

test('who spent nothing has the share 0, and of nothing there are no shares', () => {
  expect(shareOf(cell([a, nothing]), 'account')(nothing)).toBe(0)
  expect(shareOf(cell([nothing]), 'account')(nothing)).toBeNull()
})

test('who got more back than it spent has no bar and no share, and takes none from the others', () => {
  const credit = row('e', usd(-90))
  const rows = cell([a, b, credit])
  expect([barOf(rows, 'account')(credit), shareOf(rows, 'account')(credit)]).toEqual([0, null])
  expect([shareOf(rows, 'account')(a), barOf(rows, 'account')(b)]).toEqual([6 / 9, 0.5])
})
