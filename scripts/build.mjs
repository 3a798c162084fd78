import './node-version.mjs'
import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { inRoot, ROOT } from './root.mjs'
import { run } from './run.mjs'
import { say } from './say.mjs'

const ENTRIES = {
  main: 'server/main.ts',
  'pipeline-worker': 'server/pipeline-worker.ts',
  'embedded-worker': 'server/embedded/embedded-worker.ts',
  replay: 'server/embedded/replay.ts',
  doctor: 'server/doctor/doctor.ts',
}

/** Options of the server's bundle: one file a process or thread in dist/, packages left outside. */
export function serverBundle() {
  const there = Object.entries(ENTRIES).filter(([, source]) => {
    if (existsSync(inRoot(source))) return true
    say(`${source} is not there: dist/ goes without it`)
    return false
  })
  return {
    absWorkingDir: ROOT,
    entryPoints: Object.fromEntries(there),
    outdir: 'dist',
    bundle: true,
    format: 'esm',
    platform: 'node',
    // Constants become numbers: as variables of a module they would be read, and checked, each time.
    minifySyntax: true,
    target: 'node20.15',
    packages: 'external',
    sourcemap: true,
    logLevel: 'warning',
  }
}

export async function buildServer() {
  const esbuild = await import('esbuild')
  await esbuild.build(serverBundle())
}

export async function buildWeb(options = {}) {
  if (!existsSync(inRoot('app'))) {
    say('app/ is not there: no pages to build')
    return
  }
  await run(process.execPath, [inRoot('node_modules/next/dist/bin/next'), 'build'], {
    ...options,
    env: {
      NODE_ENV: 'production',
      NEXT_TELEMETRY_DISABLED: '1',
      // Next would look for its compiler on the network if the lock file lacked another platform's.
      NEXT_IGNORE_INCORRECT_LOCKFILE: '1',
    },
  })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const parts = process.argv.slice(2)
  try {
    if (parts.length === 0 || parts.includes('server')) await buildServer()
    if (parts.length === 0 || parts.includes('web')) await buildWeb({ output: 'inherit' })
  } catch (error) {
    // esbuild has said its errors already.
    if (error.errors === undefined) say(error.message)
    process.exit(1)
  }
}
