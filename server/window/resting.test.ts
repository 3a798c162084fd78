import { expect, test } from 'vitest'
import { epochMs } from '../../lib/time.ts'
import { type FrozenPane, frozenBytes, sharingKeys } from './codec.ts'
import { newHeld } from './held.ts'
import { createKeyPool } from './key-pool.ts'
import { createResting } from './resting.ts'

const KEYS = 100
const KEY_LENGTH = 50
const paneOf = (name: (key: number) => string): FrozenPane => ({
  keys: Array.from({ length: KEYS }, (_, key) => name(key).padEnd(KEY_LENGTH, '.')),
  body: new Uint8Array(0),
  keyBytes: 0,
})

test('a string that panes share counts once, and one that a pane has alone counts with it', () => {
  const pool = createKeyPool()
  const first = sharingKeys(
    paneOf((key) => `page ${key}`),
    pool,
  )
  const same = sharingKeys(
    paneOf((key) => `page ${key}`),
    pool,
  )
  expect(first.keyBytes).toBeGreaterThanOrEqual(KEYS * KEY_LENGTH)
  expect(same.keyBytes).toBe(0)
  expect(same.keys[0]).toBe(first.keys[0])
})

test('panes of which each has keys of its own leave before they take more than there may be', () => {
  const pool = createKeyPool()
  const left: number[] = []
  const maxBytes = 10 * KEYS * (KEY_LENGTH + 30)
  const resting = createResting(maxBytes, ({ start }) => left.push(start))
  const held = Array.from({ length: 50 }, (_, n) => {
    const place = { level: 0, dimension: 'page', start: epochMs(n * 1_000) } as const
    const one = newHeld(place, true)
    one.frozen = sharingKeys(
      paneOf((key) => `page ${key} of ${n}`),
      pool,
    )
    return one
  })
  for (const one of held) resting.add(one)
  resting.evict()
  const stay = held.slice(left.length)
  expect(left).toEqual(held.slice(0, left.length).map(({ start }) => start))
  expect(stay.reduce((sum, { frozen }) => sum + frozenBytes(frozen), 0)).toBeLessThanOrEqual(
    maxBytes,
  )
  expect(stay.length).toBeGreaterThan(5)
  expect(stay.length).toBeLessThan(12)
})
