import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  CreateStreamCommand,
  DeleteStreamCommand,
  DescribeStreamSummaryCommand,
  KinesisClient,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import type { AlertRule } from '../lib/alert-rule.ts'
import type { StreamAnswer, TotalsAnswer } from '../lib/api.ts'
import type { EventInput } from '../lib/event.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const READY_MS = 30_000
const STOP_MS = 10_000
const POLL_MS = 50
const KEPT_CHARS = 20_000
const MOST_RECORDS_IN_A_PUT = 500

/** One Kinesight of its own: its port, its data folder, its embedded stream, no demo traffic. */
export interface Kinesight {
  readonly url: string
  readonly port: number
  readonly dataDir: string
  /** What it printed lately, for the words of a failure. */
  output(): string
  /** Starts it on its port and data folder, and waits until it is ready; or only up, where no stream can be reached. */
  start(options?: { until?: 'ready' | 'up'; env?: Record<string, string> }): Promise<void>
  /** Only sends it. */
  signal(name: NodeJS.Signals): void
  /** SIGTERM, and waits for its end. */
  stop(): Promise<void>
  /** SIGKILL, and waits for its end. */
  kill(): Promise<void>
  /** Puts each event in a record of its own; `hashKey` chooses the shard. */
  put(events: readonly EventInput[], options?: { hashKey?: string }): Promise<void>
  /** Deletes the stream, and creates one of that name and so many shards. */
  recreateStream(shards: number): Promise<void>
  /** Puts one record of any text. */
  putText(text: string): Promise<void>
  /** Of the stream that is read, or of a former one. */
  totals(incarnation?: number): Promise<TotalsAnswer>
  stream(): Promise<StreamAnswer>
  rules(): Promise<AlertRule[]>
  /** Ends it whatever its state, and removes its data. */
  dispose(): Promise<void>
}

const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

export async function createKinesight(env: Record<string, string> = {}): Promise<Kinesight> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const dataDir = await mkdtemp(path.join(tmpdir(), 'kinesight-e2e-'))
  let child: ChildProcess | undefined
  let printed = ''
  let client: KinesisClient | undefined

  const get = async <T>(where: string): Promise<T> => {
    const response = await fetch(`${url}${where}`)
    if (!response.ok) throw new Error(`GET ${where}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }

  /** The embedded stream's port is another one after a restart. */
  const kinesis = async () => {
    if (client !== undefined) return client
    const { endpoint, region } = await get<StreamAnswer>('/api/v1/stream')
    if (endpoint === null) throw new Error('the embedded stream has no endpoint')
    client = new KinesisClient({
      endpoint,
      region,
      credentials: { accessKeyId: 'e2e', secretAccessKey: 'e2e' },
      requestHandler: new NodeHttpHandler(),
    })
    return client
  }

  const putRecords = async (records: { data: string; key: string; hashKey?: string }[]) => {
    const { name } = await get<StreamAnswer>('/api/v1/stream')
    for (let at = 0; at < records.length; at += MOST_RECORDS_IN_A_PUT) {
      const answer = await (await kinesis()).send(
        new PutRecordsCommand({
          StreamName: name,
          Records: records.slice(at, at + MOST_RECORDS_IN_A_PUT).map((record) => ({
            Data: Buffer.from(record.data),
            PartitionKey: record.key,
            ...(record.hashKey !== undefined && { ExplicitHashKey: record.hashKey }),
          })),
        }),
      )
      if (answer.FailedRecordCount !== 0) throw new Error(`${answer.FailedRecordCount} not put`)
    }
  }

  const end = async (signal: NodeJS.Signals) => {
    client?.destroy()
    client = undefined
    const ending = child
    child = undefined
    if (ending === undefined) return
    const late = setTimeout(() => ending.kill('SIGKILL'), STOP_MS)
    ending.kill(signal)
    await until(() => hasEnded(ending), { timeoutMs: 2 * STOP_MS, what: 'its end' })
    clearTimeout(late)
    running.delete(ending)
  }

  const start: Kinesight['start'] = async (options = {}) => {
    const fresh = spawn(process.execPath, ['dist/main.js'], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...withoutOurs(process.env),
        NODE_ENV: 'production',
        PORT: String(port),
        DATA_DIR: dataDir,
        DEMO: 'off',
        EMBEDDED_KINESIS_PORT: '0',
        ...env,
        ...options.env,
      },
    })
    child = fresh
    running.add(fresh)
    const keep = (chunk: Buffer) => {
      printed = (printed + chunk.toString()).slice(-KEPT_CHARS)
    }
    fresh.stdout.on('data', keep)
    fresh.stderr.on('data', keep)
    const address = options.until === 'up' ? '/healthz' : '/readyz'
    await until(
      async () => {
        if (hasEnded(fresh)) throw new Error(`Kinesight ended while starting:\n${printed}`)
        const response = await fetch(`${url}${address}`).catch(() => undefined)
        return response?.ok === true
      },
      { timeoutMs: READY_MS, what: () => `${address}; it printed:\n${printed}` },
    )
  }

  return {
    url,
    port,
    dataDir,
    output: () => printed,
    start,
    signal: (name) => void child?.kill(name),
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    put: (events, { hashKey } = {}) =>
      putRecords(
        events.map((event, index) => ({
          data: JSON.stringify(event),
          key: event.visitor ?? event.id ?? String(index),
          ...(hashKey !== undefined && { hashKey }),
        })),
      ),
    async recreateStream(ShardCount) {
      const StreamName = (await get<StreamAnswer>('/api/v1/stream')).name
      const stream = await kinesis()
      const status = () =>
        stream.send(new DescribeStreamSummaryCommand({ StreamName })).then(
          (answer) => answer.StreamDescriptionSummary?.StreamStatus,
          () => 'gone',
        )
      await stream.send(new DeleteStreamCommand({ StreamName }))
      const wait = { timeoutMs: STOP_MS, what: 'the stream to be deleted and created' }
      await until(async () => (await status()) === 'gone', wait)
      // Creation times are told in whole seconds, and a moment back: one just after the other would be the same.
      const { incarnation } = await get<TotalsAnswer>('/api/v1/totals')
      await until(() => Date.now() > incarnation.createdAt + 5_000, wait)
      await stream.send(new CreateStreamCommand({ StreamName, ShardCount }))
      await until(async () => (await status()) === 'ACTIVE', wait)
    },
    putText: (data) => putRecords([{ data, key: 'text' }]),
    totals: (incarnation) =>
      get<TotalsAnswer>(
        `/api/v1/totals${incarnation === undefined ? '' : `?incarnation=${incarnation}`}`,
      ),
    stream: () => get<StreamAnswer>('/api/v1/stream'),
    rules: async () => (await get<{ rules: AlertRule[] }>('/api/v1/alerts/rules')).rules,
    async dispose() {
      await end('SIGKILL')
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** Polls `condition` until it is true; rejects, naming `what` was waited for. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  { timeoutMs, what }: { timeoutMs: number; what: string | (() => string) },
): Promise<void> {
  const end = performance.now() + timeoutMs
  while (!(await condition())) {
    if (performance.now() > end) {
      const words = typeof what === 'string' ? what : what()
      throw new Error(`waited ${timeoutMs / 1_000} s in vain for ${words}`)
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

const hasEnded = (child: ChildProcess): boolean =>
  child.exitCode !== null || child.signalCode !== null

const OURS =
  /^(KINESIS_|AWS_|START_AT|DEMO|ROLE|DATABASE_URL|REDIS_URL|HOST$|LOG_LEVEL|MAIN_CURRENCY)/

/** What the person's shell says of a stream is not for tests. */
function withoutOurs(env: NodeJS.ProcessEnv): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !OURS.test(name)))
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('no port'))
        else resolve(address.port)
      })
    })
  })
}
