import fc from 'fast-check'
import { expect, test } from 'vitest'
import { epochMs } from '../../lib/time.ts'
import { openFake } from '../../testing/fake-kinesis/fake-client.testing.ts'
import { createProducer } from './producer-client.ts'
import { type PutEntry, putRecords, type SendRecords } from './put-records.ts'
import { seededRandom } from './random.ts'

const entries = (count: number): PutEntry[] =>
  Array.from({ length: count }, (_, index) => ({
    partitionKey: `k${index}`,
    data: Buffer.from(String(index)),
  }))

/** Time passes only by waiting. */
function options(send: SendRecords, patienceMs = 60_000) {
  let nowMs = 0
  return {
    send,
    clock: { now: () => epochMs(nowMs), monotonicMs: () => nowMs },
    random: seededRandom(1),
    wait: async (ms: number) => {
      nowMs += ms
    },
    patienceMs,
  }
}

test('only what failed is sent again, and every entry is accepted exactly once', async () => {
  const scenario = fc.record({ count: fc.integer({ min: 1, max: 60 }), seed: fc.integer() })
  await fc.assert(
    fc.asyncProperty(scenario, async ({ count, seed }) => {
      const random = seededRandom(seed)
      const accepted: PutEntry[] = []
      const all = entries(count)
      const outcome = await putRecords(
        all,
        options(async (batch) => {
          if (random() < 0.2) throw Object.assign(new Error('reset'), { code: 'ECONNRESET' })
          return batch.map((entry) => {
            if (random() < 0.5) return 'ProvisionedThroughputExceededException'
            accepted.push(entry)
            return undefined
          })
        }),
      )
      expect(outcome).toEqual({ kind: 'put' })
      expect(accepted).toHaveLength(count)
      expect(new Set(accepted)).toEqual(new Set(all))
    }),
  )
})

test('of a PutRecords that fails in part at a Kinesis, the stream holds every record once', async () => {
  const { fake } = await openFake()
  const producer = await createProducer({
    streamName: fake.streamName,
    region: 'us-east-1',
    endpoint: fake.endpoint,
    anyCredentials: true,
  })
  const entriesFail = (at: number[], type: string) =>
    fake.faults.next({ call: 'PutRecords', fault: { kind: 'entries', at, type } })
  entriesFail([0, 3, 99], 'ProvisionedThroughputExceededException')
  entriesFail([1], 'InternalFailure')
  const sizes: number[] = []
  const send: SendRecords = (batch) => {
    sizes.push(batch.length)
    return producer.send(batch)
  }
  expect(await putRecords(entries(100), options(send))).toEqual({ kind: 'put' })
  producer.close()
  expect(sizes).toEqual([100, 3, 1])
  const held = fake
    .shards()
    .flatMap(({ records }) => records.map(({ data }) => Number(String(data))))
  expect(held.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, n) => n))
})

test('it gives up once nothing was accepted for its patience, and says what is left', async () => {
  const all = entries(3)
  let calls = 0
  const outcome = await putRecords(
    all,
    options(async (batch) => {
      calls += 1
      return batch.map((_, index) => (calls === 1 && index === 0 ? undefined : 'InternalFailure'))
    }, 5_000),
  )
  expect(outcome).toEqual({ kind: 'gave_up', left: all.slice(1), problem: 'InternalFailure' })
  expect(calls).toBeGreaterThan(4)
})

test('what no retry can mend is thrown at once', async () => {
  let calls = 0
  const refused = Object.assign(new Error('no such stream'), { name: 'ResourceNotFoundException' })
  const putting = putRecords(
    entries(1),
    options(async () => {
      calls += 1
      throw refused
    }),
  )
  await expect(putting).rejects.toBe(refused)
  expect(calls).toBe(1)
})

test('a stop between two attempts leaves the rest', async () => {
  const stopping = new AbortController()
  const all = entries(2)
  const outcome = await putRecords(all, {
    ...options(async () => {
      stopping.abort()
      return [undefined, 'InternalFailure']
    }),
    signal: stopping.signal,
  })
  expect(outcome).toEqual({ kind: 'stopped', left: all.slice(1) })
})
