import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AlertRule } from '../lib/alert-rule.ts'
import type { StreamAnswer } from '../lib/api.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

let folder: string
let processes: Running[]
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kinesight-main-'))
  processes = []
})
afterEach(async () => {
  for (const { child } of processes) child.kill('SIGKILL')
  await Promise.all(processes.map(({ ended }) => ended))
  await rm(folder, { recursive: true, force: true })
})

interface Running {
  child: ChildProcess
  url: string
  out(): string
  err(): string
  ended: Promise<number | null>
}

/** Starts what is in dist/, as a person does. */
async function start(env: Record<string, string> = {}): Promise<Running> {
  const port = await freePort()
  const child = spawn(process.execPath, ['dist/main.js'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      PORT: String(port),
      DATA_DIR: path.join(folder, 'data'),
      EMBEDDED_KINESIS_PORT: '0',
      ...env,
    },
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString()
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const url = `http://127.0.0.1:${env.PORT ?? port}`
  const running = { child, url, out: () => out, err: () => err, ended }
  processes.push(running)
  return running
}

async function ready(env: Record<string, string> = {}): Promise<Running> {
  const running = await start(env)
  await until(
    async () => {
      if (running.child.exitCode !== null) throw new Error(`it ended: ${running.err()}`)
      return (await fetch(`${running.url}/readyz`).catch(() => undefined))?.ok === true
    },
    () => `readiness; it printed ${running.out()}${running.err()}`,
  )
  return running
}

async function until(condition: () => Promise<boolean>, what: () => string): Promise<void> {
  const end = performance.now() + 30_000
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what()}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

const get = async <T>(running: Running, where: string): Promise<T> =>
  (await (await fetch(running.url + where)).json()) as T

const putDemo = (running: Running, state: 'on' | 'off') =>
  fetch(`${running.url}/api/v1/demo`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ state }),
  })

async function stop(running: Running): Promise<number | null> {
  running.child.kill('SIGTERM')
  return running.ended
}

describe('the whole process', () => {
  it('says where it is, serves pages and API, and ends within two seconds', async () => {
    const running = await ready()
    const stream = await get<StreamAnswer>(running, '/api/v1/stream')
    await until(
      async () => running.out().includes('Demo data'),
      () => 'its words',
    )
    expect(running.out()).toContain(running.url)
    expect(running.out()).toContain(`clickstream at ${stream.endpoint}`)
    expect(running.out()).toContain(path.join(folder, 'data'))
    const page = await fetch(`${running.url}/`)
    const nonce = /'nonce-([^']+)'/.exec(page.headers.get('content-security-policy') ?? '')?.[1]
    const scripts = (await page.text()).match(/<script[^>]*>/g) ?? []
    expect(scripts.length).toBeGreaterThan(0)
    expect(scripts.filter((script) => !script.includes(`nonce="${nonce}"`))).toEqual([])
    const startedMs = performance.now()
    expect(await stop(running)).toBe(0)
    expect(performance.now() - startedMs).toBeLessThan(2_500)
  })

  it('remembers that the demo was turned off; DEMO counts more', async () => {
    const first = await ready()
    expect((await get<StreamAnswer>(first, '/api/v1/stream')).demo).toBe('on')
    expect((await putDemo(first, 'off')).status).toBe(200)
    await stop(first)
    const second = await ready()
    expect((await get<StreamAnswer>(second, '/api/v1/stream')).demo).toBe('off')
    expect(second.out()).not.toContain('Demo data')
    await stop(second)
    const third = await ready({ DEMO: 'on' })
    expect((await get<StreamAnswer>(third, '/api/v1/stream')).demo).toBe('on')
  })

  it('makes the sample threshold once', async () => {
    const rulesOf = async (running: Running) =>
      (await get<{ rules: AlertRule[] }>(running, '/api/v1/alerts/rules')).rules
    const first = await ready()
    await until(
      async () => (await rulesOf(first)).length === 1,
      () => 'the sample rule',
    )
    const [rule] = await rulesOf(first)
    expect(rule?.sample).toBe(true)
    const gone = await fetch(`${first.url}/api/v1/alerts/rules/${rule?.id}`, { method: 'DELETE' })
    expect(gone.status).toBe(204)
    await stop(first)
    const second = await ready()
    expect(await rulesOf(second)).toEqual([])
  })

  it('is up and says what is wrong where the stream cannot be reached', async () => {
    const running = await start({
      KINESIS_STREAM: 'far-away',
      KINESIS_ENDPOINT: 'http://127.0.0.1:9',
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    })
    await until(
      async () => (await fetch(running.url).catch(() => undefined))?.ok === true,
      () => 'the page',
    )
    expect((await fetch(`${running.url}/healthz`)).status).toBe(200)
    const readiness = await fetch(`${running.url}/readyz`)
    expect(readiness.status).toBe(503)
    expect(await readiness.json()).toMatchObject({ errors: [{ field: 'stream' }] })
  })
})

describe('what the user can mend is said in one line', () => {
  it('a port that is taken', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    const running = await start({ PORT: String(port) })
    expect(await running.ended).toBe(1)
    expect(running.err()).toMatch(new RegExp(`^Port ${port} is taken .*\\n$`))
    other.close()
  })

  it('a data folder that cannot be', async () => {
    const file = path.join(folder, 'file')
    await writeFile(file, '')
    const running = await start({ DATA_DIR: path.join(file, 'data') })
    expect(await running.ended).toBe(1)
    expect(running.err()).toMatch(/^DATA_DIR .* cannot be written .*\n$/)
  })

  it('a data folder that another one uses', async () => {
    await ready()
    const second = await start()
    expect(await second.ended).toBe(1)
    expect(second.err().trimEnd().split('\n')).toHaveLength(1)
  })

  it.each([
    [{ PORT: 'http' }, /PORT must be a port number/],
    [{ HOST: '0.0.0.0' }, /there is no sign-in yet/],
  ])('%o', async (env, words) => {
    const running = await start(env as unknown as Record<string, string>)
    expect(await running.ended).toBe(1)
    expect(running.err()).toMatch(words)
  })
})
