import { expect, test } from 'vitest'
import { noFates } from '../../lib/fates.ts'
import type { StatusCell } from '../../lib/frames.ts'
import { knownFates, noneWords } from './none-words.ts'

const fates = (applied: number, rejected: number) => ({ ...noFates(), applied, rejected })
const status = (incarnation: StatusCell['incarnation']) =>
  ({ incarnation, fates: fates(0, 0) }) as StatusCell

test('while the stream is connected to it is not said that nothing was read', () => {
  expect(noneWords(knownFates(undefined))).not.toMatch(/No event/)
  expect(noneWords(knownFates(status(null)))).toBe(
    'How much was read is known once the stream is reached.',
  )
  const reached = status({ number: 1, createdAt: 1, since: 1 } as StatusCell['incarnation'])
  expect(noneWords(knownFates(reached))).toBe('No event has been read yet.')
})

test('of those that are no longer kept it is not said that there were none', () => {
  expect(noneWords(fates(9_000, 0))).toBe('None of the 9,000 events read was rejected.')
  expect(noneWords(fates(9_000, 1))).toBe(
    '1 record or event of 9,001 read was rejected, and none is kept any more.',
  )
})
