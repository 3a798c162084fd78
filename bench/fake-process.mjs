import { fork } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { inRoot } from '../scripts/root.mjs'
import { bundleInto } from './bundle.mjs'

/**
 * Starts `fake-kinesis.ts` with `options` in a process of its own. Resolves with its endpoint, stream name, the
 * bytes it holds, `calls()` (by operation, since the start) and `stop()`.
 */
export async function startFake(options) {
  const script = await bundled()
  const child = fork(script, [JSON.stringify(options)], {
    execArgv: ['--max-old-space-size=5000'],
  })
  const ended = once(child, 'exit')
  const told = async () => {
    const [message] = await Promise.race([
      once(child, 'message'),
      ended.then(() => Promise.reject(new Error('the fake Kinesis ended'))),
    ])
    return message
  }
  const { endpoint, streamName, bytes } = await told()
  return {
    endpoint,
    streamName,
    bytes,
    async calls() {
      const answer = told()
      child.send('counts')
      return (await answer).calls
    },
    async stop() {
      child.disconnect()
      await ended
    },
  }
}

/** Starts one for as long as `use` takes, and resolves with what `use` does. */
export async function withFake(options, use) {
  const fake = await startFake(options)
  try {
    return await use(fake)
  } finally {
    await fake.stop()
  }
}

let bundling

/** Of this run only, and inside the project, where packages are found. */
function bundled() {
  bundling ??= bundleFake()
  return bundling
}

async function bundleFake() {
  const folder = inRoot('.cache', `bench-${process.pid}`)
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  await bundleInto(folder, ['bench/fake-kinesis.ts'])
  return `${folder}/fake-kinesis.js`
}
