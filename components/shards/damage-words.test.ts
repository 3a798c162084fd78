import { expect, test } from 'vitest'
import { DAY_MS, MINUTE_MS } from '../../lib/time.ts'
import { damageWords, heldBy, isFresh, rowWords } from './damage-words.ts'

const NONE = { tables: [], newest: [], differences: [] }
const NOON = Date.UTC(2026, 9, 5, 12)

test('what was set aside is counted by what it is', () => {
  const tables = [
    { table: 'alert_rule', rows: 1 },
    { table: 'pane', rows: 2 },
    { table: 'new_table', rows: 3 },
  ]
  expect(damageWords({ ...NONE, tables })).toBe(
    '1 threshold, 2 panes of figures and 3 rows of new_table',
  )
  expect(damageWords({ ...NONE, tables: tables.slice(0, 1) })).toBe('1 threshold')
})

test('a row is named by its time or by its name, where that says something', () => {
  const row = (key: Record<string, string | number>) =>
    rowWords({ id: 1, table: 't', key, why: '', foundAt: NOON }, NOON, { timeZone: 'UTC' })
  const pane = { level_ms: MINUTE_MS, start_ms: NOON - 2 * MINUTE_MS, dimension: 'page' }
  expect(row(pane)).toBe('11:58 – 11:59, by page')
  expect(row({ ...pane, dimension: '' })).toBe('11:58 – 11:59')
  expect(row({ id: 'carts' })).toBe('carts')
  expect(row({ seq: 7 })).toBe('')
})

test('damage is said for a week after the newest of it was found', () => {
  const found = (foundAt: number) => ({
    ...NONE,
    tables: [{ table: 'pane', rows: 1 }],
    newest: [{ id: 1, table: 'pane', key: {}, why: '', foundAt }],
  })
  expect(isFresh(found(NOON - 6 * DAY_MS), NOON)).toBe(true)
  expect(isFresh(found(NOON - 8 * DAY_MS), NOON)).toBe(false)
  expect(isFresh(NONE, NOON)).toBe(false)
})

test('one row held something, several did, of whichever tables', () => {
  const one = { table: 'pane', rows: 1 }
  expect(heldBy({ tables: [one] })).toBe('it')
  expect(heldBy({ tables: [one, { table: 'mark', rows: 1 }] })).toBe('they')
})
