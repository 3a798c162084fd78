import { describe, expect, test } from 'vitest'
import { createLedger } from './ledger.ts'
import { planOf } from './plan.ts'
import { createProducer } from './producer.ts'
import { derivedRandom, type Random } from './random.ts'

const draw = (random: Random) => Array.from({ length: 5 }, random)

describe('a seed', () => {
  test('plays the same decisions again, and another seed plays others', () => {
    expect(planOf(7, 1)).toEqual(planOf(7, 1))
    expect(planOf(8, 1)).not.toEqual(planOf(7, 1))
  })

  test('gives each actor numbers of its own', () => {
    expect(draw(derivedRandom(7, 'killer'))).toEqual(draw(derivedRandom(7, 'killer')))
    expect(draw(derivedRandom(7, 'killer'))).not.toEqual(draw(derivedRandom(7, 'weather')))
  })

  test('puts the same records again', () => {
    expect(recordsOf(7)).toEqual(recordsOf(7))
    expect(recordsOf(8)).not.toEqual(recordsOf(7))
  })
})

/** Of ten seconds, at a clock that stands. */
function recordsOf(seed: number): string[] {
  const put: string[] = []
  const range = { hashFrom: 0n, hashTo: 2n ** 128n - 1n, closed: undefined }
  const producer = createProducer({
    stream: {
      put(_, data) {
        put.push(Buffer.from(data).toString('base64'))
        return { shardId: 'one', sequenceNumber: String(put.length) }
      },
      shards: () => [{ shardId: 'one', ...range }] as never,
    },
    ledger: createLedger(),
    random: derivedRandom(seed, 'producer'),
    now: () => 1_700_000_000_000,
    eventsPerSecond: 50,
    partitionKeys: 5,
  })
  for (let n = 0; n < 100; n++) producer.advance(100)
  expect(put.length).toBeGreaterThan(50)
  return put
}
