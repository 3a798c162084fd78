import { expect, test } from 'vitest'
import { hotKeyOf } from './hot-key.ts'

const key = (share: number) => ({ key: 'u-1', recordsPerSecond: share * 900, share })
const busy = { recordsPerSecond: 900, bytesPerSecond: 10 }

test('one key that carries most of a shard near its limit is hot', () => {
  expect(hotKeyOf(busy, [key(0.9), key(0.1)])).toEqual({ key: 'u-1', share: 0.9, used: 0.9 })
})

test('a shard can be near its limit by its bytes', () => {
  const large = { recordsPerSecond: 3, bytesPerSecond: 1_048_576 }
  expect(hotKeyOf(large, [key(0.6)])?.used).toBe(1)
})

test('uniform load is not hot, however high, nor is one key of a quiet shard', () => {
  expect(hotKeyOf(busy, [key(0.2), key(0.2)])).toBeUndefined()
  expect(hotKeyOf({ recordsPerSecond: 100, bytesPerSecond: 9 }, [key(1)])).toBeUndefined()
  expect(hotKeyOf(busy, [])).toBeUndefined()
})
