/**
 * `npm run bench:latency`: from the moment an event is given to PutRecords to the moment a page that watches the
 * Overview gets a frame that counts it, for polling and for enhanced fan-out. The events of each shard name a
 * country of their own, so that the count beside a country says up to which event its shard is shown. The floor,
 * in the same run: an SDK GetRecords loop at five reads a second and shard that only looks at what came.
 */
import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListShardsCommand,
} from '@aws-sdk/client-kinesis'
import { withFake } from './fake-process.mjs'
import { prepare } from './prepare.mjs'
import { loadAverage, quantile, say } from './process-figures.mjs'
import { sleep, startProduct, until } from './product.mjs'
import { putSteadily, sdkClient } from './put.mjs'

const { rate, seconds } = await prepare({ rate: 2_000, seconds: 30 })
const SHARDS = 4
const READ_EVERY_MS = 200
const TICK_MS = 20
/** The first seconds of a process are those of its compiler. */
const WARM_UP_MS = 5_000
/** The last events come within this. */
const LAST_MS = 10_000
const HASH_KEYS = 1n << 128n
const VIEW = { kind: 'overview', window: '15m', kpi: 'page_views' }

const floor = await measure('floor', watchByLoop)
for (const mode of ['polling', 'fanout']) {
  const found = await measure(mode, (fake, sent) => watchByProduct(fake, sent, mode))
  say(
    `${mode.padEnd(8)} against the floor: p50 ${(found.p50 / floor.p50).toFixed(2)}, p99 ${(found.p99 / floor.p99).toFixed(2)}`,
  )
}

function measure(name, watch) {
  return withFake({ shards: SHARDS, limits: 'real' }, async (fake) => {
    const client = sdkClient(fake)
    const sent = Array.from({ length: SHARDS }, () => ({ at: [], shown: 0 }))
    const latencies = []
    const shown = (shard, count, now) => {
      const line = sent[shard]
      for (; line.shown < Math.min(count, line.at.length); line.shown++) {
        latencies.push(now - line.at[line.shown])
      }
    }
    const stop = await watch(fake, shown)
    try {
      await put(client, fake.streamName, sent, WARM_UP_MS)
      await allShown(sent)
      latencies.length = 0
      await put(client, fake.streamName, sent, seconds * 1_000)
      await allShown(sent)
    } finally {
      await stop()
      client.destroy()
    }
    return report(name, latencies)
  })
}

function report(name, latencies) {
  latencies.sort((a, b) => a - b)
  const [p50, p99, most] = [0.5, 0.99, 1].map((q) => quantile(latencies, q))
  const ms = (value) => `${value.toFixed(0)} ms`
  say(
    `${name.padEnd(8)} p50 ${ms(p50)}, p99 ${ms(p99)}, max ${ms(most)} over ${latencies.length} events (${loadAverage()})`,
  )
  return { p50, p99 }
}

function allShown(sent) {
  return until(() => sent.every(({ at, shown }) => shown >= at.length), LAST_MS)
}

/** Puts at a steady rate, to the shards in turns; `at` is when the call began. */
function put(client, streamName, sent, forMs) {
  const make = (n, now) => {
    const shard = n % SHARDS
    const { at } = sent[shard]
    at.push(now)
    return makeRecord(shard, at.length - 1)
  }
  return putSteadily(client, streamName, { rate, forMs, tickMs: TICK_MS, make })
}

function makeRecord(shard, n) {
  const event = {
    id: `latency-${shard}-${n}`,
    type: 'page_view',
    time: Date.now(),
    visitor: `visitor-${(n * 31) % 50_000}`,
    page: `/page/${(n * 17) % 2_000}`,
    referrer: `https://site-${n % 40}.example/`,
    account: 'acme',
    campaign: `campaign-${n % 200}`,
    placement: `slot-${n % 20}`,
    device: ['desktop', 'mobile', 'tablet'][n % 3],
    country: `C${shard}`,
  }
  return {
    Data: Buffer.from(JSON.stringify(event)),
    PartitionKey: event.visitor,
    ExplicitHashKey: String((HASH_KEYS / BigInt(SHARDS)) * BigInt(shard)),
  }
}

/** The whole product, with a page that watches. */
async function watchByProduct(fake, shown, mode) {
  const product = await startProduct(fake, { READ_MODE: mode })
  const look = (cells) => {
    const now = performance.now()
    for (const { key, value } of cells['list.country']?.rows ?? []) {
      shown(Number(key.slice(1)), value.value, now)
    }
  }
  let live = false
  const leave = product.watch(VIEW, {
    onSnapshot({ state }) {
      live = true
      look(state.cells)
    },
    onDelta: ({ delta }) => look(delta.set ?? {}),
  })
  await until(() => live, LAST_MS)
  return async () => {
    leave()
    await product.stop()
  }
}

/** No more than the SDK: one loop a shard. */
async function watchByLoop(fake, shown) {
  const client = sdkClient(fake)
  const StreamName = fake.streamName
  const { Shards } = await client.send(new ListShardsCommand({ StreamName }))
  let over = false
  const loops = Shards.map(async ({ ShardId }, shard) => {
    const first = { StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' }
    let { ShardIterator } = await client.send(new GetShardIteratorCommand(first))
    let count = 0
    await sleep((shard / SHARDS) * READ_EVERY_MS)
    let due = performance.now()
    while (!over) {
      const answer = await read(client, ShardIterator)
      if (answer !== undefined) {
        count += answer.Records.length
        shown(shard, count, performance.now())
        ShardIterator = answer.NextShardIterator
      }
      due = Math.max(due + READ_EVERY_MS, performance.now())
      await sleep(due - performance.now())
    }
  })
  return async () => {
    over = true
    await Promise.all(loops)
    client.destroy()
  }
}

/** Where reads came too close to one another the next turn is another try. */
async function read(client, ShardIterator) {
  try {
    return await client.send(new GetRecordsCommand({ ShardIterator }))
  } catch (error) {
    if (error.name === 'ProvisionedThroughputExceededException') return undefined
    throw error
  }
}
