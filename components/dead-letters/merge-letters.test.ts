import { expect, test } from 'vitest'
import type { DeadLetter } from '../../lib/api.ts'
import { mergeLetters } from './merge-letters.ts'

const letter = (id: number): DeadLetter => ({
  id,
  shardId: 'shardId-000000000000',
  sequenceNumber: String(id),
  index: 0,
  arrivedAt: id,
  reason: 'not_json',
  app: null,
  detail: '',
  data: { encoding: 'utf8', text: '', bytes: 0, cut: false },
})
const ids = (letters: DeadLetter[]) => letters.map(({ id }) => id)

test('letters are there once, newest first', () => {
  const { letters, joined } = mergeLetters([letter(3), letter(2)], [letter(4), letter(3)])
  expect(ids(letters)).toEqual([4, 3, 2])
  expect(joined).toBe(true)
})

test('pages that do not meet may have letters between them', () => {
  expect(mergeLetters([letter(2)], [letter(90)]).joined).toBe(false)
})

test('nothing meets anything', () => {
  expect(mergeLetters([], [letter(1)]).joined).toBe(true)
  expect(mergeLetters([letter(1)], []).joined).toBe(true)
})
