import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
  type ShardIteratorType,
} from '@aws-sdk/client-kinesis'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { build } from 'esbuild'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export function tempFolder(): { folder: string; remove(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'kinesight-embedded-'))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Bundles as the build does, into `folder`, with the packages in reach. */
export async function bundle(folder: string, entry: string): Promise<URL> {
  const name = path.basename(entry, '.ts')
  await build({
    absWorkingDir: ROOT,
    entryPoints: { [name]: entry },
    outdir: folder,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.15',
    packages: 'external',
    logLevel: 'warning',
  })
  try {
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'), 'junction')
    writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}')
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error
  }
  return pathToFileURL(path.join(folder, `${name}.js`))
}

export const testClient = (endpoint: string): KinesisClient =>
  new KinesisClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    requestHandler: new NodeHttpHandler({ connectionTimeout: 5_000, requestTimeout: 30_000 }),
    maxAttempts: 1,
  })

export async function iterator(
  client: KinesisClient,
  StreamName: string,
  ShardId: string | undefined,
  ShardIteratorType: ShardIteratorType,
  Timestamp?: Date,
): Promise<string | undefined> {
  const answer = await client.send(
    new GetShardIteratorCommand({
      StreamName,
      ShardId,
      ShardIteratorType,
      ...(Timestamp !== undefined && { Timestamp }),
    }),
  )
  return answer.ShardIterator
}

export interface ReadRecord {
  shardId: string
  partitionKey: string
  sequenceNumber: string
  data: Buffer
}

/** Every record that is in the stream now, shard by shard. */
export async function readAll(client: KinesisClient, StreamName: string): Promise<ReadRecord[]> {
  const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName }))
  const records: ReadRecord[] = []
  for (const { ShardId: shardId = '' } of Shards) {
    let next = await iterator(client, StreamName, shardId, 'TRIM_HORIZON')
    while (next !== undefined) {
      const page = await client.send(new GetRecordsCommand({ ShardIterator: next }))
      const got = page.Records ?? []
      if (got.length === 0) break
      for (const { Data, PartitionKey = '', SequenceNumber = '' } of got) {
        records.push({
          shardId,
          partitionKey: PartitionKey,
          sequenceNumber: SequenceNumber,
          data: Buffer.from(Data ?? []),
        })
      }
      next = page.NextShardIterator
    }
  }
  return records
}
