import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import kinesalite from 'kinesalite'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createKinesight, type Kinesight } from '../e2e/kinesight.ts'
import type { TotalsAnswer } from '../lib/api.ts'
import { micros, moneyText } from '../lib/money.ts'

/** Real processes, killed with SIGKILL while they read. `KILL_SEED` plays one run again. */
const SEED = Number(process.env.KILL_SEED ?? Math.floor(Math.random() * 1_000_000))
const EVENTS = 50_000
const KILLS = 5
const STREAM = 'exactly-once'
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }

/** Park and Miller's generator: the moments of the kills can be played again. */
function randomFrom(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

interface Known {
  /** Records to put, in order. */
  records: string[]
  events: Record<string, number>
  spendMicros: Record<string, bigint>
  fates: { applied: number; duplicate: number; rejected: number }
}

/** Every 97th event comes twice, every 211th record is garbage; amounts have six decimals. */
function knownEvents(random: () => number): Known {
  const known: Known = {
    records: [],
    events: {},
    spendMicros: {},
    fates: { applied: 0, duplicate: 0, rejected: 0 },
  }
  const types = ['page_view', 'ad_impression', 'ad_click']
  for (let n = 0; n < EVENTS; n++) {
    const type = types[n % 3] as string
    const account = `account-${n % 7}`
    const cost = BigInt(Math.floor(random() * 5_000_000))
    const event = {
      id: `id-${n}`,
      type,
      account,
      cost: moneyText(micros(cost)),
      page: `/p${n % 50}`,
    }
    const text = JSON.stringify(event)
    known.records.push(text)
    known.events[type] = (known.events[type] ?? 0) + 1
    known.spendMicros[account] = (known.spendMicros[account] ?? 0n) + cost
    known.fates.applied++
    if (n % 97 === 0) {
      known.records.push(text)
      known.fates.duplicate++
    }
    if (n % 211 === 0) {
      known.records.push(`{"type":"page_view","cost":"${n} euros"}`)
      known.fates.rejected++
    }
  }
  return known
}

const spendText = (known: Known) =>
  Object.fromEntries(
    Object.entries(known.spendMicros).map(([account, sum]) => [
      account,
      { USD: moneyText(micros(sum)) },
    ]),
  )

function clientOf(endpoint: string): KinesisClient {
  const requestHandler = new NodeHttpHandler()
  return new KinesisClient({ endpoint, region: 'us-east-1', credentials, requestHandler })
}

/** Puts until everything was acknowledged; what failed on the way is put again, perhaps twice. */
async function putAll(client: () => Promise<KinesisClient>, name: string, records: string[]) {
  let left = records
  while (left.length > 0) {
    const batch = left.slice(0, 500)
    try {
      const answer = await (await client()).send(
        new PutRecordsCommand({
          StreamName: name,
          Records: batch.map((text) => ({
            Data: new TextEncoder().encode(text),
            PartitionKey: text.slice(0, 16),
          })),
        }),
      )
      const failed = batch.filter((_, at) => answer.Records?.[at]?.ErrorCode !== undefined)
      left = [...failed, ...left.slice(batch.length)]
    } catch {
      // The stream is down with the process: again, once it is back.
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

/** How many records the stream holds, read by nothing of ours. */
async function recordsIn(client: KinesisClient, name: string): Promise<number> {
  const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName: name }))
  let records = 0
  for (const { ShardId } of Shards) {
    const ShardIteratorType = 'TRIM_HORIZON'
    const begin = { StreamName: name, ShardId, ShardIteratorType } as const
    let { ShardIterator } = await client.send(new GetShardIteratorCommand(begin))
    for (;;) {
      const answer = await client.send(new GetRecordsCommand({ ShardIterator, Limit: 10_000 }))
      records += answer.Records?.length ?? 0
      ShardIterator = answer.NextShardIterator
      if (answer.Records?.length === 0) break
    }
  }
  return records
}

const eventsRead = ({ fates }: TotalsAnswer) => fates.applied + fates.duplicate + fates.rejected

async function killAtRandom(kinesight: Kinesight, random: () => number): Promise<void> {
  for (let kill = 0; kill < KILLS; kill++) {
    await new Promise((resolve) => setTimeout(resolve, 50 + random() * 1_500))
    await kinesight.kill()
    await kinesight.start()
  }
}

let dispose: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of dispose.reverse()) await end()
  dispose = []
})

describe(`killed ${KILLS} times while it reads ${EVENTS} events (seed ${SEED})`, () => {
  test('a stream of its own: every total equals what was put', async () => {
    const random = randomFrom(SEED)
    const known = knownEvents(random)
    const server: Server = kinesalite({ createStreamMs: 0, shardLimit: 10 })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const client = clientOf(endpoint)
    dispose.push(async () => {
      client.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    })
    await client.send(new CreateStreamCommand({ StreamName: STREAM, ShardCount: 3 }))
    await vi.waitFor(async () => {
      const answer = await client.send(new DescribeStreamSummaryCommand({ StreamName: STREAM }))
      expect(answer.StreamDescriptionSummary?.StreamStatus).toBe('ACTIVE')
    })
    const kinesight = await createKinesight({
      KINESIS_STREAM: STREAM,
      KINESIS_ENDPOINT: endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      START_AT: 'trim_horizon',
    })
    dispose.push(() => kinesight.dispose())
    await kinesight.start()
    await Promise.all([
      putAll(async () => client, STREAM, known.records),
      killAtRandom(kinesight, random),
    ])
    await vi.waitFor(
      async () => expect(eventsRead(await kinesight.totals())).toBe(known.records.length),
      { timeout: 30_000, interval: 200 },
    )
    const totals = await kinesight.totals()
    expect(totals.fates).toMatchObject(known.fates)
    expect(totals.events).toEqual(known.events)
    expect(totals.spend).toEqual(spendText(known))
  })

  test('the embedded stream, that dies with it: every total equals what was put', async () => {
    const random = randomFrom(SEED + 1)
    const known = knownEvents(random)
    const kinesight = await createKinesight()
    dispose.push(() => kinesight.dispose())
    await kinesight.start()
    let endpoint = ''
    let client: KinesisClient | undefined
    const current = async () => {
      const answer = await fetch(`${kinesight.url}/api/v1/stream`)
      const stream = (await answer.json()) as { endpoint: string }
      if (stream.endpoint !== endpoint || client === undefined) {
        client?.destroy()
        endpoint = stream.endpoint
        client = clientOf(endpoint)
      }
      return client
    }
    dispose.push(async () => client?.destroy())
    await Promise.all([
      putAll(current, 'clickstream', known.records),
      killAtRandom(kinesight, random),
    ])
    const held = await recordsIn(await current(), 'clickstream')
    expect(held).toBeGreaterThanOrEqual(known.records.length)
    await vi.waitFor(async () => expect(eventsRead(await kinesight.totals())).toBe(held), {
      timeout: 30_000,
      interval: 200,
    })
    const totals = await kinesight.totals()
    expect(totals.fates.applied).toBe(known.fates.applied)
    expect(totals.events).toEqual(known.events)
    expect(totals.spend).toEqual(spendText(known))
  })
})
