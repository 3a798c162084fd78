import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { io } from 'socket.io-client'
import { ROOT } from '../scripts/root.mjs'

const READY_MS = 30_000
const LOOK_EVERY_MS = 50
/** What the person's shell says of a stream is not for benchmarks. */
const OURS = /^(KINESIS_|AWS_|START_AT|READ_MODE|STREAM_|DEMO|HOST$|LOG_LEVEL)/

/** Starts the product, as it is installed, on the fake's stream from its beginning, with a data folder of its own. */
export async function startProduct(fake, env = {}) {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'kinesight-bench-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const theirs = Object.entries(process.env).filter(([name]) => !OURS.test(name))
  const child = spawn(process.execPath, ['dist/main.js'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...Object.fromEntries(theirs),
      NODE_ENV: 'production',
      PORT: String(port),
      DATA_DIR: dataDir,
      DEMO: 'off',
      KINESIS_ENDPOINT: fake.endpoint,
      KINESIS_STREAM: fake.streamName,
      START_AT: 'trim_horizon',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'bench',
      AWS_SECRET_ACCESS_KEY: 'bench',
      ...env,
    },
  })
  const ended = once(child, 'exit')
  const kill = () => child.kill('SIGKILL')
  process.on('exit', kill)
  const answered = async (where) => {
    const answer = await fetch(`${url}${where}`)
    if (!answer.ok) throw new Error(`${where}: ${answer.status}`)
    return answer
  }
  const json = async (where) => (await answered(where)).json()
  const text = async (where) => (await answered(where)).text()
  const stop = async () => {
    child.kill('SIGTERM')
    await ended
    process.off('exit', kill)
    rmSync(dataDir, { recursive: true, force: true })
  }
  try {
    await until(async () => (await fetch(`${url}/readyz`)).ok, READY_MS)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    pid: child.pid,
    url,
    json,
    text,
    stop,
    /** Calls back with every frame of a view, as a page gets it. Returns how to leave. */
    watch(view, { onSnapshot = () => {}, onDelta = () => {} }) {
      const socket = io(`${url}/live`, { transports: ['websocket'] })
      socket.on('connect', () => socket.emit('watch', view))
      socket.on('snapshot', onSnapshot)
      socket.on('delta', onDelta)
      return () => socket.close()
    },
  }
}

/** Rejects where the condition does not become true; one that throws is not true yet. */
export async function until(condition, timeoutMs) {
  const end = performance.now() + timeoutMs
  while (!(await Promise.resolve(condition()).catch(() => false))) {
    if (performance.now() > end) throw new Error(`waited ${timeoutMs / 1_000} s in vain`)
    await sleep(LOOK_EVERY_MS)
  }
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}
