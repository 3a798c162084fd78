import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'
import { ListShardsCommand, PutRecordsCommand } from '@aws-sdk/client-kinesis'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { SetupError } from '../platform/errors.ts'
import { createLog } from '../platform/log.ts'
import { bundle, readAll, tempFolder, testClient } from './embedded.testing.ts'
import { type EmbeddedStreamOptions, startEmbeddedStream } from './embedded-stream.ts'

// The machine may be busy with other tests.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })
const SOON_MS = 20_000

const log = createLog({ level: 'silent', name: 'test' })
const STREAM = 'clicks'
const built = tempFolder()
let workerUrl: URL
let child: string

const CHILD = `
import { pino } from 'pino'
import { startEmbeddedStream } from './embedded-stream.js'
const stream = await startEmbeddedStream({
  dataDir: process.argv[2], streamName: '${STREAM}', region: 'us-east-1', shardCount: 4, port: 0,
  demo: false, seed: 1, log: pino({ level: 'silent' }),
  workerUrl: new URL('./embedded-worker.js', import.meta.url),
})
console.log(stream.endpoint)
`

beforeAll(async () => {
  workerUrl = await bundle(built.folder, 'server/embedded/embedded-worker.ts')
  await bundle(built.folder, 'server/embedded/embedded-stream.ts')
  child = path.join(built.folder, 'child.mjs')
  writeFileSync(child, CHILD)
})
afterAll(() => built.remove())

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

function folder(): string {
  const temp = tempFolder()
  ends.push(temp.remove)
  return temp.folder
}

async function start(dataDir: string, options: Partial<EmbeddedStreamOptions> = {}) {
  const stream = await startEmbeddedStream({
    dataDir,
    streamName: STREAM,
    region: 'us-east-1',
    shardCount: 4,
    port: 0,
    demo: false,
    seed: 1,
    log,
    workerUrl,
    ...options,
  })
  const client = testClient(stream.endpoint)
  ends.push(async () => {
    client.destroy()
    await stream.stop()
  })
  return { stream, client }
}

const put = (client: ReturnType<typeof testClient>, from: number, count: number) =>
  client.send(
    new PutRecordsCommand({
      StreamName: STREAM,
      Records: Array.from({ length: count }, (_, index) => ({
        PartitionKey: `k${(from + index) % 97}`,
        Data: Buffer.from(`record ${from + index}`),
      })),
    }),
  )

const texts = async (client: ReturnType<typeof testClient>): Promise<Set<string>> =>
  new Set((await readAll(client, STREAM)).map((record) => record.data.toString()))

test('demo traffic goes on and off at once', async () => {
  const { stream, client } = await start(folder())
  expect(stream.demo()).toBe('off')
  expect(await readAll(client, STREAM)).toEqual([])
  stream.setDemo(true)
  expect(stream.demo()).toBe('on')
  await expect
    .poll(async () => (await readAll(client, STREAM)).length, { timeout: SOON_MS })
    .toBeGreaterThan(20)
  stream.setDemo(false)
  // What was on its way may still land; then nothing more does.
  const settled = async () => (await readAll(client, STREAM)).length
  let before = -1
  await expect
    .poll(
      async () => {
        const same = before === (await settled())
        before = await settled()
        return same
      },
      { interval: 600, timeout: SOON_MS },
    )
    .toBe(true)
})

test('a port that was asked for and is taken is refused by its variable', async () => {
  const other = createServer()
  const port = await new Promise<number>((resolve) => {
    other.listen(0, '127.0.0.1', () => {
      const address = other.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
  ends.push(() => other.close())
  const refused = start(folder(), { port })
  await expect(refused).rejects.toThrow(SetupError)
  await expect(refused).rejects.toThrow(/EMBEDDED_KINESIS_PORT/)
})

test('a stream that is stopped closes its port and its folder, and says no failure', async () => {
  const dataDir = folder()
  const failures: Error[] = []
  const { stream } = await start(dataDir)
  stream.onFailure((error) => failures.push(error))
  await stream.stop()
  await expect(fetch(stream.endpoint)).rejects.toThrow()
  await start(dataDir)
  expect(failures).toEqual([])
})

/** A process of its own with the embedded stream in it; `endpoint` once it answers. */
function startChild(dataDir: string) {
  const spawned = spawn(process.execPath, [child, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  ends.push(() => kill(spawned))
  const endpoint = new Promise<string>((resolve, reject) => {
    let said = ''
    spawned.stdout.on('data', (data) => {
      said += String(data)
      if (said.includes('\n')) resolve(said.trim())
    })
    spawned.once('exit', (code) => reject(new Error(`the child exited with code ${code}`)))
  })
  endpoint.catch(() => {})
  return { spawned, endpoint }
}

function kill(spawned: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (spawned.exitCode !== null || spawned.signalCode !== null) return resolve()
    spawned.once('exit', () => resolve())
    spawned.kill('SIGKILL')
  })
}

test('records that were acknowledged are there after SIGKILL, and the endpoint is gone with its process', async () => {
  const dataDir = folder()
  const acknowledged: number[] = []
  for (let round = 0; round < 3; round += 1) {
    const { spawned, endpoint } = startChild(dataDir)
    const client = testClient(await endpoint)
    // Killed while puts are on their way: only what was answered must be there.
    for (let n = 0; n < 20; n += 1) {
      const from = round * 10_000 + n * 100
      const going = put(client, from, 100).then(
        () => acknowledged.push(from),
        () => {},
      )
      if (n === 15) void kill(spawned)
      await going
    }
    await kill(spawned)
    client.destroy()
    await expect(fetch(await endpoint)).rejects.toThrow()
  }
  const { client } = await start(dataDir)
  const there = await texts(client)
  expect(acknowledged.length).toBeGreaterThanOrEqual(45)
  for (const from of acknowledged) {
    for (let n = 0; n < 100; n += 1) expect(there.has(`record ${from + n}`)).toBe(true)
  }
})

test('killed at any moment of its first start, it never blocks the next', async () => {
  const dataDir = folder()
  const lifetimesMs = [20, 60, 100, 150, 200, 250, 300, 350, 400, 450, 500, 600]
  for (const lifetimeMs of lifetimesMs) {
    const { spawned } = startChild(dataDir)
    await new Promise((resolve) => setTimeout(resolve, lifetimeMs))
    await kill(spawned)
  }
  const { client } = await start(dataDir)
  const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName: STREAM }))
  expect(Shards).toHaveLength(4)
  await put(client, 0, 10)
  expect((await texts(client)).size).toBe(10)
})

const DYING_WORKER = `
import kinesaliteDb from 'kinesalite/db/index.js'
const create = kinesaliteDb.create
kinesaliteDb.create = (options) => {
  const store = create(options)
  const die = () => store.db.iterator().next(() => { throw new Error('a mistake in mid-read') })
  store.db.once('open', () => setTimeout(die, 300))
  return store
}
await import('./embedded-worker.js')
`
const SURVIVOR = CHILD.replace('embedded-worker.js', 'dying-worker.js').concat(`
stream.onFailure((error) => console.log(error.message))
setTimeout(() => process.exit(0), 2_000)
`)

test('a worker that dies in the middle of a read does not take its process along', async () => {
  writeFileSync(path.join(built.folder, 'dying-worker.js'), DYING_WORKER)
  const survivor = path.join(built.folder, 'survivor.mjs')
  writeFileSync(survivor, SURVIVOR)
  const spawned = spawn(process.execPath, [survivor, folder()], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  spawned.stdout.on('data', (data) => {
    said += String(data)
  })
  const ended = await new Promise((resolve) => {
    spawned.once('exit', (code, signal) => resolve(signal ?? code))
  })
  expect(said).toContain('a mistake in mid-read')
  expect(ended).toBe(0)
})

test('a worker that cannot start is an error, not a wait without end', async () => {
  const missing = new URL('missing.js', workerUrl)
  await expect(start(folder(), { workerUrl: missing })).rejects.toThrow(/embedded stream/)
})
