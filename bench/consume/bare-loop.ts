import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
} from '@aws-sdk/client-kinesis'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { report } from './report.ts'

/** The ceiling: GetRecords by the SDK as it comes, each record's JSON parsed, and nothing else. */
const client = new KinesisClient({
  region: 'us-east-1',
  endpoint: process.env.BENCH_ENDPOINT as string,
  credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
  requestHandler: new NodeHttpHandler({}),
})
const StreamName = process.env.BENCH_STREAM as string
const total = Number(process.env.BENCH_SHARDS) * Number(process.env.BENCH_RECORDS)
const progress = report(total)
/** As many calls under way as keep the network from being waited for. */
const AT_ONCE = 3

const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName }))
const waiting = Shards.map(({ ShardId }) => ShardId as string)
let read = 0
let kinds = 0

async function readShards(): Promise<void> {
  for (let shardId = waiting.pop(); shardId !== undefined; shardId = waiting.pop()) {
    await readShard(shardId)
  }
}

async function readShard(ShardId: string): Promise<void> {
  const { ShardIterator: first } = await client.send(
    new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
  )
  let iterator = first
  let left = Number(process.env.BENCH_RECORDS)
  while (left > 0) {
    const answer = await client.send(
      new GetRecordsCommand({ ShardIterator: iterator, Limit: 10_000 }),
    )
    for (const { Data } of answer.Records ?? []) {
      const event = JSON.parse(Buffer.from(Data as Uint8Array).toString('utf8')) as { type: string }
      kinds += event.type.length
    }
    const count = answer.Records?.length ?? 0
    left -= count
    read += count
    iterator = answer.NextShardIterator
    progress.at(read)
  }
}

await Promise.all(Array.from({ length: AT_ONCE }, readShards))
progress.done(kinds > 0)
