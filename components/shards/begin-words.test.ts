import { expect, test } from 'vitest'
import type { StatusCell } from '../../lib/frames.ts'
import { beginWords } from './begin-words.ts'

const NOW = Date.UTC(2026, 0, 1, 12)
const first = { number: 1, createdAt: NOW - 9_000_000, since: NOW }
const settled = { asked: 'latest', from: NOW - 60_000, firstStartAt: NOW - 59_000, settled: true }

const words = (
  begin: StatusCell['begin'],
  incarnation: StatusCell['incarnation'] = first,
): string | undefined => beginWords({ begin, incarnation }, NOW)?.text

test('the time that latest became is told, and that it was the first start', () => {
  expect(words(settled)).toBe('Counts from 12:59:00, the first start')
  expect(words({ ...settled, settled: false }, null)).toBe(
    'Will count from 12:59:00, the first start',
  )
  // An older version kept no more than the time.
  expect(words({ ...settled, firstStartAt: null })).toBe('Counts from 12:59:00')
})

test('any other begin is told as START_AT said it', () => {
  const asked = '2026-01-01T11:00:00.000Z'
  const early = { ...settled, asked, from: NOW - 3_600_000 }
  expect(words(early)).toBe('Counts from 12:00:00')
  expect(words({ ...early, from: NOW + 3_600_000 })).toBe('Will count from 14:00:00')
  expect(words({ ...settled, asked: 'trim_horizon', from: null })).toBe(
    'Counts from the oldest record',
  )
})

test('a stream that was created again is read from its beginning', () => {
  const again = { ...first, number: 2 }
  expect(words({ ...settled, from: null }, again)).toBe('Created again 10:30:00')
})

test('nothing is told before it is known', () => {
  expect(words(null)).toBeUndefined()
})
