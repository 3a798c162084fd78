/**
 * `npm run bench:window`: what a sliding window costs to move on, of 24 hours against 10 seconds, and an event to be
 * added, with a million pages against ten. Both by processor time, in one process.
 */
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { bundle } from './bundle.mjs'
import { prepare } from './prepare.mjs'

const { slides, adds, rounds } = await prepare({ slides: 60, adds: 1_000_000, rounds: 3 })
const outdir = await bundle('window', ['window'])
try {
  // The young generation is as large as the product's.
  execFileSync(
    process.execPath,
    ['--max-semi-space-size=64', '--heap-growing-percent=50', path.join(outdir, 'window.js')],
    {
      stdio: 'inherit',
      env: {
        ...process.env,
        NODE_ENV: 'production',
        BENCH_SLIDES: String(slides),
        BENCH_ADDS: String(adds),
        BENCH_ROUNDS: String(rounds),
      },
    },
  )
} finally {
  rmSync(outdir, { recursive: true, force: true })
}
