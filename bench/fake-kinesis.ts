import { startFakeKinesis } from '../testing/fake-kinesis/start-fake-kinesis.ts'

/**
 * The fake Kinesis in a process of its own, so that its processor time and memory are not those of what is measured.
 * The first argument is `FakeProcessOptions` as JSON. It says `ready`, and answers every `counts` with them.
 */
export interface FakeProcessOptions {
  shards: number
  limits: 'real' | 'none'
  backlog?: Backlog
}

/** What every shard holds from the beginning; it arrived evenly over `spanMs` up to now. */
export interface Backlog {
  recordsAShard: number
  spanMs: number
}

/** Shards share the bytes of so many different events. */
const DIFFERENT_EVENTS = 10_000
const PLACEMENTS = 20

const options = JSON.parse(process.argv[2] ?? '{}') as FakeProcessOptions
let arrivesAt: number | undefined
const { shards, limits } = options
// Encoded answers are not kept: what a reader asks for changes with the size of the records.
const fake = await startFakeKinesis({
  shards,
  limits,
  keepEncodedBytes: 0,
  now: () => arrivesAt ?? Date.now(),
})
const bytes = options.backlog === undefined ? 0 : preload(options.backlog)

process.on('message', () => process.send?.({ kind: 'counts', calls: fake.counts().calls }))
process.on('disconnect', () => process.exit(0))
process.send?.({ kind: 'ready', endpoint: fake.endpoint, streamName: fake.streamName, bytes })

function preload({ recordsAShard, spanMs }: Backlog): number {
  const events = Array.from({ length: DIFFERENT_EVENTS }, (_, n) => event(n))
  const begin = Date.now() - spanMs
  let sum = 0
  for (const shardId of fake.openShardIds()) {
    const records = function* () {
      for (let n = 0; n < recordsAShard; n++) {
        arrivesAt = Math.floor(begin + (n / recordsAShard) * spanMs)
        yield events[n % DIFFERENT_EVENTS] as (typeof events)[number]
      }
    }
    sum += fake.preload(shardId, records()).bytes
  }
  arrivesAt = undefined
  return sum
}

/** Without an id and a time: both follow from the record, so the same bytes are another event each time. */
function event(n: number): { partitionKey: string; data: Uint8Array } {
  const visitor = `visitor-${(n * 31) % DIFFERENT_EVENTS}`
  const fields = {
    type: n % 3 === 0 ? 'page_view' : n % 3 === 1 ? 'ad_impression' : 'ad_request',
    visitor,
    page: `/page/${(n * 17) % 2_000}`,
    referrer: `https://site-${n % 40}.example/`,
    account: `account-${n % 10}`,
    campaign: `campaign-${n % 200}`,
    placement: `slot-${n % PLACEMENTS}`,
    device: ['desktop', 'mobile', 'tablet'][n % 3],
    country: ['US', 'DE', 'JP', 'BR'][n % 4],
    cost: `0.${1_000 + (n % 9_000)}`,
  }
  return { partitionKey: visitor, data: Buffer.from(JSON.stringify(fields)) }
}
