import { expect, test } from 'vitest'
import { noFates } from '../../lib/fates.ts'
import type { StatusCell } from '../../lib/frames.ts'
import { DAY_MS } from '../../lib/time.ts'
import { cameTo, createdAgainOf, isNews, momentIn } from './created-again.ts'

const AT = Date.UTC(2026, 0, 1, 12)
const FOUND = AT + 9_000
const former = {
  ...{ number: 1, createdAt: 1, since: 2, until: FOUND, lastArrivalAt: AT - 1_000 },
  fates: { ...noFates(), applied: 90 },
}
const status = (change: Partial<StatusCell>): StatusCell =>
  ({ incarnation: { number: 2, createdAt: AT, since: FOUND }, former, ...change }) as StatusCell

test('a stream that was created again is one with a former', () => {
  expect(createdAgainOf(status({}))).toEqual({ number: 2, at: AT, former })
  expect(createdAgainOf(status({ former: null }))).toBeUndefined()
  expect(createdAgainOf(undefined)).toBeUndefined()
})

test('every page says it for a day from when it was found', () => {
  expect(isNews(status({}), FOUND + DAY_MS - 1)).toBe(true)
  expect(isNews(status({}), FOUND + DAY_MS)).toBe(false)
  expect(isNews(status({ former: null }), FOUND)).toBe(false)
})

test('what the former one came to is told in events', () => {
  expect(cameTo(former)).toBe('90 events')
  const fates = { ...former.fates, applied: 1, rejected: 12_000 }
  expect(cameTo({ ...former, fates })).toBe('1 event and 12.0k rejected')
})

test('a chart marks the moment where the stream that it shows begins or ends', () => {
  const again = createdAgainOf(status({}))
  const range = { from: AT - 1_000, to: AT + 1_000 }
  const at = (asked?: number) => momentIn(again, range, asked).map(({ at, text }) => [at, text])
  expect(at()).toEqual([[AT, expect.stringContaining('what came before is of the former one')]])
  expect(at(2)).toEqual(at())
  expect(at(1)).toEqual([[AT, expect.stringContaining('what came after is of the next one')]])
  expect(at(7)).toEqual([])
  expect(momentIn(again, { from: AT, to: AT + 1 }, undefined)).toEqual([])
  expect(momentIn(again, { from: AT - 2, to: AT }, undefined)).toEqual([])
  expect(momentIn(undefined, range, undefined)).toEqual([])
})
