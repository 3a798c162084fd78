import { startFakeKinesis } from '../../testing/fake-kinesis/start-fake-kinesis.ts'
import { siteEvents } from './events.ts'

/** The stream that both read: in a process of its own, so that its work is nobody's. */
const shards = Number(process.env.BENCH_SHARDS)
const count = Number(process.env.BENCH_RECORDS)
const endMs = Number(process.env.BENCH_END_MS)

const fake = await startFakeKinesis({ shards, keepEncodedBytes: 4 * 2 ** 30 })
let bytes = 0
fake.openShardIds().forEach((shardId, shard) => {
  bytes += fake.preload(shardId, siteEvents(shard, { count, endMs })).bytes
})
process.send?.({ endpoint: fake.endpoint, streamName: fake.streamName, bytes })
process.once('disconnect', () => void fake.close().then(() => process.exit(0)))
