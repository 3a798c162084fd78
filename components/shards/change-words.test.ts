import { expect, test } from 'vitest'
import { COUNTING_CHANGES } from '../../lib/counting-change.ts'
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../lib/time.ts'
import { CHANGE_WORDS, clockWords, newsOf } from './change-words.ts'

const NOW = Date.UTC(2026, 0, 1, 12)

test('a change is news for a day; that the stream was created again is said elsewhere', () => {
  const at = (ageMs: number) => ({ at: NOW - ageMs, kind: 'kpi_gone' as const, text: `${ageMs}` })
  const again = { at: NOW, kind: 'created_again' as const, text: '' }
  expect(newsOf([at(1), again, at(DAY_MS - 1), at(DAY_MS)], NOW)).toEqual([at(1), at(DAY_MS - 1)])
})

test('every kind has words of its own', () => {
  const words = COUNTING_CHANGES.map((kind) => CHANGE_WORDS[kind])
  expect(new Set(words).size).toBe(COUNTING_CHANGES.length)
})

test('a clock that is a minute wrong is told, and what that does', () => {
  expect(clockWords(null)).toBeUndefined()
  expect(clockWords(59 * SECOND_MS)).toBeUndefined()
  expect(clockWords(5 * MINUTE_MS)).toMatch(/5 min ahead of the stream's: the last 5 min/)
  expect(clockWords(-5 * MINUTE_MS)).toMatch(/5 min behind the stream's: windows end/)
})
