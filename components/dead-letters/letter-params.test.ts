import { expect, test } from 'vitest'
import { readLetterParams } from './letter-params.ts'

const read = (query: string) => readLetterParams(new URLSearchParams(query))

test('reason, shard and a former stream come from the address', () => {
  expect(read('reason=app_failed&shard=shardId-7&incarnation=2')).toEqual({
    reason: 'app_failed',
    shard: 'shardId-7',
    incarnation: 2,
  })
})

test('what is not known is as if unsaid', () => {
  const nothing = { reason: null, shard: null, incarnation: null }
  expect(read('')).toEqual(nothing)
  expect(read('reason=bad_luck&shard=')).toEqual(nothing)
  expect(read(`shard=${'x'.repeat(129)}`)).toEqual(nothing)
  for (const n of ['0', '-1', '1.5', 'one']) expect(read(`incarnation=${n}`)).toEqual(nothing)
})
