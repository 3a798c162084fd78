import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync } from 'node:fs'
import { inRoot, ROOT } from '../scripts/root.mjs'

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
  bundling ??= bundle()
  return bundling
}

async function bundle() {
  const folder = inRoot('.cache', `bench-${process.pid}`)
  mkdirSync(folder, { recursive: true })
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const outfile = `${folder}/fake-kinesis.mjs`
  const esbuild = await import('esbuild')
  await esbuild.build({
    absWorkingDir: ROOT,
    entryPoints: ['bench/fake-kinesis.ts'],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.9',
    packages: 'external',
    logLevel: 'warning',
  })
  return outfile
}
