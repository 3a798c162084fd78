import { describe, expect, test } from 'vitest'
import { SECOND_MS } from '../../../lib/time.ts'
import { afterLateEnd, isExplained, type LateEnd } from './late-end.ts'

/** Readings at these seconds, and how far behind each says to be; when it is explained, in seconds. */
function explainedAt(readings: readonly [atS: number, behindMs: number][]): number | undefined {
  let end: LateEnd | undefined
  for (const [atS, behindMs] of readings) {
    const now = atS * SECOND_MS
    end = afterLateEnd(end, { behindMs, now })
    if (isExplained(end, now)) return atS
  }
  return undefined
}

const every = (seconds: number, count: number, behindMs: (s: number) => number) =>
  Array.from({ length: count }, (_, n): [number, number] => [n * seconds, behindMs(n * seconds)])

describe('the end of a shard that says to be behind', () => {
  test('is explained once it fell behind with the clock for 5 s: it tells when the shard was closed', () => {
    const closedS = 3_600
    expect(explainedAt(every(1, 20, (s) => (closedS + s) * SECOND_MS))).toBe(5)
    expect(explainedAt(every(4, 20, (s) => (closedS + s) * SECOND_MS + 700))).toBe(8)
  })

  test.each<[string, (s: number) => number]>([
    ['as far behind each time', () => 5_000],
    ['closer and closer', (s) => 100_000 - s * SECOND_MS],
    ['twice as far each second', (s) => 2 * s * SECOND_MS],
    ['at random', (s) => (s * 7_919) % 100_000],
  ])('is not, where it is %s', (_name, behindMs) => {
    expect(explainedAt(every(1, 600, behindMs))).toBeUndefined()
  })

  test('is not by two readings, however far apart', () => {
    expect(explainedAt(every(60, 2, (s) => s * SECOND_MS))).toBeUndefined()
  })

  test('begins anew where another place is told between', () => {
    const told = every(1, 9, (s) => (s === 4 ? 1 : 60 + s) * SECOND_MS)
    expect(explainedAt(told)).toBeUndefined()
  })
})
