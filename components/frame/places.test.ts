import { expect, test } from 'vitest'
import { placeAt } from './places.ts'

test('a page below a place belongs to it', () => {
  expect(placeAt('/shards')?.label).toBe('Shards')
  expect(placeAt('/shards/shardId-000000000001')?.label).toBe('Shards')
  expect(placeAt('/')?.label).toBe('Overview')
})

test('an address that only begins alike belongs to none', () => {
  expect(placeAt('/shardsabc')).toBeUndefined()
  expect(placeAt('/elsewhere')).toBeUndefined()
})
