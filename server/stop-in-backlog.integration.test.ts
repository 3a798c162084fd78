import { afterEach, describe, expect, test, vi } from 'vitest'
import { createKinesight, type Kinesight } from '../e2e/kinesight.ts'
import { envOf } from '../testing/fake-kinesis/env-of.ts'
import { startFakeKinesis } from '../testing/fake-kinesis/start-fake-kinesis.ts'

/** More than is read between the first stop and the last. */
const RECORDS_A_SHARD = 150_000
const SHARDS = 4
const STOPS = 5
const STOP_WITHIN_MS = 2_000
/** A commit that is being written is not cut off. */
const AT_ONCE_MS = 1_000
/** Of the moments to stop at; `STOP_SEED` plays one run again. */
const SEED = Number(process.env.STOP_SEED ?? Math.floor(Math.random() * 1_000_000))

function randomFrom(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

/** Without ids: whatever is read twice counts twice. */
function* backlog() {
  for (let n = 0; n < RECORDS_A_SHARD; n++) {
    const fields = {
      type: n % 3 === 0 ? 'page_view' : n % 3 === 1 ? 'ad_impression' : 'ad_request',
      visitor: `visitor-${(n * 31) % 10_000}`,
      page: `/page/${(n * 17) % 2_000}`,
      account: `account-${n % 10}`,
      campaign: `campaign-${n % 200}`,
      placement: `slot-${n % 20}`,
      cost: '0.0001',
    }
    yield { partitionKey: fields.visitor, data: Buffer.from(JSON.stringify(fields)) }
  }
}

let dispose: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of dispose.reverse()) await end()
  dispose = []
})

async function behind(): Promise<{ kinesight: Kinesight; records: number }> {
  const fake = await startFakeKinesis({ shards: SHARDS, keepEncodedBytes: 0 })
  dispose.push(() => fake.close())
  let records = 0
  for (const shardId of fake.openShardIds()) records += fake.preload(shardId, backlog()).count
  const kinesight = await createKinesight({
    ...envOf(fake),
    STREAM_BUFFER_MB: '256',
    LOG_LEVEL: 'info',
  })
  dispose.push(() => kinesight.dispose())
  return { kinesight, records }
}

async function expectExactly(kinesight: Kinesight, records: number): Promise<void> {
  await vi.waitFor(
    async () => {
      const { fates } = await kinesight.totals()
      expect(fates.applied).toBeGreaterThanOrEqual(records)
    },
    { timeout: 90_000, interval: 250 },
  )
  const { fates, events } = await kinesight.totals()
  expect(fates).toMatchObject({ applied: records, duplicate: 0, rejected: 0 })
  expect(Object.values(events).reduce((sum, n) => sum + n, 0)).toBe(records)
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Starts it and ends it in mid-backlog, `STOPS` times; answers how long each end took. */
async function stopAgainAndAgain(
  kinesight: Kinesight,
  random: () => number,
  before: () => Promise<void> = async () => {},
): Promise<number[]> {
  const took: number[] = []
  for (let stop = 0; stop < STOPS; stop++) {
    await kinesight.start()
    await pause(200 + random() * 800)
    await before()
    const from = performance.now()
    await kinesight.stop()
    took.push(Math.round(performance.now() - from))
  }
  return took
}

async function expectRest(kinesight: Kinesight, records: number): Promise<void> {
  await kinesight.start()
  const { applied } = (await kinesight.totals()).fates
  expect(applied).toBeGreaterThan(0)
  expect(applied).toBeLessThan(records)
  await expectExactly(kinesight, records)
}

describe(`with a large backlog and a large buffer (seed ${SEED})`, () => {
  test(`${STOPS} times SIGTERM: each is over in time, and nothing is read twice`, async () => {
    const { kinesight, records } = await behind()
    const took = await stopAgainAndAgain(kinesight, randomFrom(SEED))
    await expectRest(kinesight, records)
    expect(Math.max(...took)).toBeLessThan(STOP_WITHIN_MS)
    expect(kinesight.output()).not.toContain('did not stop in time')
  })

  test(`${STOPS} times a second SIGTERM: it ends at once, and nothing is read twice`, async () => {
    const random = randomFrom(SEED + 1)
    const { kinesight, records } = await behind()
    const took = await stopAgainAndAgain(kinesight, random, async () => {
      kinesight.signal('SIGTERM')
      await pause(random() * 100)
    })
    await expectRest(kinesight, records)
    expect(Math.max(...took)).toBeLessThan(AT_ONCE_MS)
  })
})
