import { createServer } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { createKinesight, type Kinesight } from '../e2e/kinesight.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../lib/time.ts'
import { type FakeKinesis, startFakeKinesis } from '../testing/fake-kinesis/start-fake-kinesis.ts'

/** Real processes that are started while the stream's endpoint is away. */
const STREAM = 'away-at-first'
const EVENTS = 40

let dispose: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of dispose.reverse()) await end()
  dispose = []
})

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0))
    })
  })

async function kinesightAt(port: number, startAt: string): Promise<Kinesight> {
  const kinesight = await createKinesight({
    KINESIS_STREAM: STREAM,
    KINESIS_ENDPOINT: `http://127.0.0.1:${port}`,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    START_AT: startAt,
  })
  dispose.push(() => kinesight.dispose())
  return kinesight
}

const put = (fake: FakeKinesis, type: string, count: number) => {
  for (let n = 0; n < count; n++) fake.put(`${type}-${n}`, JSON.stringify({ type }))
}

const begun = (kinesight: Kinesight) =>
  vi.waitFor(
    async () => {
      const { begin } = await kinesight.stream()
      expect(begin).not.toBeNull()
      return begin
    },
    { timeout: 20_000, interval: 100 },
  )

test.each([
  ['with the same clock', 0],
  ['with a clock 5 minutes behind', -5 * MINUTE_MS],
  ['with a clock 5 minutes ahead', 5 * MINUTE_MS],
])(
  'START_AT=latest, %s: what is put from the first start on counts, though the endpoint is away and it is killed meanwhile',
  async (_, skewMs) => {
    const port = await freePort()
    const kinesight = await kinesightAt(port, 'latest')
    await kinesight.start({ until: 'up' })
    const first = await begun(kinesight)
    const startedAt = first?.firstStartAt ?? 0
    expect(first).toEqual({
      ...{ asked: 'latest', from: startedAt, firstStartAt: startedAt, settled: false },
    })
    expect(Math.abs(Date.now() - startedAt)).toBeLessThan(MINUTE_MS)
    await kinesight.kill()
    await kinesight.start({ until: 'up' })
    expect(await begun(kinesight)).toEqual(first)
    // The stream as it would be: some records of before the start, and half of the others of just after it.
    let now = startedAt - HOUR_MS
    const fake = await startFakeKinesis({
      ...{ streamName: STREAM, port, shards: 2, now: () => now + skewMs },
    })
    dispose.push(() => fake.close())
    put(fake, 'before', 20)
    now = startedAt
    put(fake, 'after', EVENTS / 2)
    now = Date.now()
    put(fake, 'after', EVENTS / 2)
    await vi.waitFor(
      async () => expect((await kinesight.totals()).events).toEqual({ after: EVENTS }),
      { timeout: 30_000, interval: 100 },
    )
    const { begin } = await kinesight.stream()
    expect(begin).toMatchObject({ asked: 'latest', firstStartAt: startedAt, settled: true })
    const from = (begin?.from ?? 0) - skewMs
    expect(from).toBeLessThanOrEqual(startedAt)
    // The stream tells its time in whole seconds.
    expect(from).toBeGreaterThan(startedAt - 5 * SECOND_MS)
    await kinesight.stop()
    await kinesight.start()
    expect((await kinesight.stream()).begin).toEqual(begin)
  },
)

test('START_AT that was changed before the stream was reached counts as it is then', async () => {
  const port = await freePort()
  const kinesight = await kinesightAt(port, 'latest')
  await kinesight.start({ until: 'up' })
  const first = await begun(kinesight)
  await kinesight.stop()
  const fake = await startFakeKinesis({ streamName: STREAM, port, shards: 2 })
  dispose.push(() => fake.close())
  put(fake, 'before', EVENTS)
  await kinesight.start({ env: { START_AT: 'trim_horizon' } })
  await vi.waitFor(async () =>
    expect((await kinesight.totals()).events).toEqual({ before: EVENTS }),
  )
  expect((await kinesight.stream()).begin).toEqual({
    ...{ asked: 'trim_horizon', from: null, firstStartAt: first?.firstStartAt, settled: true },
  })
})
