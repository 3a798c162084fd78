import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { envOf } from '../testing/fake-kinesis/env-of.ts'
import { type FakeKinesis, startFakeKinesis } from '../testing/fake-kinesis/start-fake-kinesis.ts'
import { openStore } from './store/open-store.ts'

/** Whole processes: two on one data folder whose lock somebody deletes, and one whose pipeline dies in a loop. */

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const WITHIN_MS = 30_000

interface Running {
  child: ChildProcess
  url: string
  err(): string
  ended: Promise<number | null>
}

let folder: string
let fake: FakeKinesis
let processes: Running[]
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'kinesight-two-'))
  fake = await startFakeKinesis({ shards: 2 })
  processes = []
})
afterEach(async () => {
  for (const { child } of processes) child.kill('SIGKILL')
  await Promise.all(processes.map(({ ended }) => ended))
  await fake.close()
  rmSync(folder, { recursive: true, force: true })
})

const dataDir = () => path.join(folder, 'data')

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })

async function start(folderOf = dataDir()): Promise<Running> {
  const port = await freePort()
  const child = spawn(process.execPath, ['dist/main.js'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      PORT: String(port),
      DATA_DIR: folderOf,
      ...envOf(fake),
    },
  })
  let err = ''
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString()
  })
  const ended = once(child, 'exit').then(([code]) => code as number | null)
  const running = { child, url: `http://127.0.0.1:${port}`, err: () => err, ended }
  processes.push(running)
  return running
}

const until = (check: () => Promise<void> | void) =>
  vi.waitFor(check, { timeout: WITHIN_MS, interval: 50 })

const ready = (running: Running) =>
  until(async () => expect((await fetch(`${running.url}/readyz`)).status).toBe(200))

const applied = async ({ url }: Running): Promise<number> => {
  const totals = (await (await fetch(`${url}/api/v1/totals`)).json()) as {
    fates: { applied: number }
  }
  return totals.fates.applied
}

function put(count: number): void {
  for (let n = 0; n < count; n++) fake.put(`key-${n}`, '{"type":"page_view"}')
}

async function epochs<T>(change?: string): Promise<T[]> {
  const store = await openStore(path.join(dataDir(), 'kinesight.db'))
  try {
    if (change !== undefined) await sql.raw(change).execute(store.db)
    return (await store.db.selectFrom('lease').select('epoch').execute()) as T[]
  } finally {
    await store.close()
  }
}

test('the lock is deleted and a second one is started: one of them goes on alone, and nothing is lost or doubled', async () => {
  const first = await start()
  await ready(first)
  put(50)
  await until(async () => expect(await applied(first)).toBe(50))
  rmSync(path.join(dataDir(), 'lock.db'))
  const second = await start()
  put(50)
  const over = await Promise.race([first, second].map((one) => one.ended.then(() => one)))
  const left = over === first ? second : first
  expect(await over.ended).toBe(1)
  expect(over.err()).toMatch(/nother Kinesight/)
  await ready(left)
  put(50)
  await until(async () => expect(await applied(left)).toBe(150))
  expect(left.child.exitCode).toBeNull()
  // Whoever is replaced does not take the lease back: there were as many writers as processes, at the most.
  const [lease] = await epochs<{ epoch: number }>()
  expect(lease?.epoch).toBeLessThanOrEqual(2)
})

test('a process that another one has fenced off ends with a clear message, and takes nothing back', async () => {
  const only = await start()
  await ready(only)
  await epochs('update lease set epoch = epoch + 1')
  put(20)
  expect(await only.ended).toBe(1)
  expect(only.err()).toMatch(/^Another Kinesight writes to this data folder now: this one ends\./m)
  expect(await epochs()).toEqual([{ epoch: 2 }])
})

test('a pipeline that dies again and again is no longer "starting": it is said why, and what to do', async () => {
  const store = await openStore(path.join(folder, 'kinesight.db'))
  await sql`drop table seen`.execute(store.db)
  await store.close()
  const only = await start(folder)
  const reasons = async () => JSON.stringify(await (await fetch(`${only.url}/readyz`)).json())
  await until(async () =>
    expect(await reasons()).toMatch(
      /The pipeline has ended \d+ times and is started anew each time: no such table: .*seen.*The log has where/,
    ),
  )
  // Whatever it answers while it starts once more.
  for (let looks = 0; looks < 20; looks++)
    expect(await reasons()).toContain('started anew each time')
  const stream = await (await fetch(`${only.url}/api/v1/stream`)).json()
  expect(stream).toMatchObject({
    source: { kind: 'trouble', problem: expect.stringContaining('no such table') },
  })
})
