import { expect, test } from 'vitest'
import { readLetterParams } from './letter-params.ts'

const read = (query: string) => readLetterParams(new URLSearchParams(query))

test('reason and shard come from the address', () => {
  expect(read('reason=app_failed&shard=shardId-7')).toEqual({
    reason: 'app_failed',
    shard: 'shardId-7',
  })
})

test('what is not known is as if unsaid', () => {
  expect(read('')).toEqual({ reason: null, shard: null })
  expect(read('reason=bad_luck&shard=')).toEqual({ reason: null, shard: null })
  expect(read(`shard=${'x'.repeat(129)}`)).toEqual({ reason: null, shard: null })
})
