import './node-version.mjs'
import { spawn } from 'node:child_process'
import { endWithParent } from './parent.mjs'
import { say } from './say.mjs'
import { forgetBuilt, setupOrExit } from './setup.mjs'

const STOP_LIMIT_MS = 5_000

await setupOrExit({ parts: [] })
forgetBuilt(['server'])
const { serverBundle } = await import('./build.mjs')
const esbuild = await import('esbuild')

let server
let ending = false
let restarting = Promise.resolve()

const restart = async () => {
  await stop(server)
  if (ending) return
  const args = ['--enable-source-maps', 'dist/main.js']
  // Pages come from their sources by Next's development server, inside.
  const env = { ...process.env, NODE_ENV: 'development', KINESIGHT_DEV: '1' }
  server = spawn(process.execPath, args, { stdio: 'inherit', env })
  server.once('exit', (code) => {
    if (code !== 0 && code !== null && !ending) say('The server ended; a change starts it anew')
  })
}

/** Ends `child` and waits for it: the next one needs its port and its data folder. */
function stop(child) {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS)
    child.once('exit', () => {
      clearTimeout(timer)
      resolve()
    })
    child.kill('SIGTERM')
  })
}

const restartAfterBuild = {
  name: 'restart',
  setup(build) {
    build.onEnd((result) => {
      if (result.errors.length > 0) return
      restarting = restarting.then(restart)
    })
  },
}

const watching = await esbuild.context({ ...serverBundle(), plugins: [restartAfterBuild] })
await watching.watch()

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, async () => {
    if (ending) return
    ending = true
    await watching.dispose()
    await restarting
    await stop(server)
    process.exit(0)
  })
}
endWithParent()
