/**
 * `npm run bench:pipeline`: events a second of one core through decoding, de-duplication and folding into all
 * built-in KPIs and dimensions, against JSON.parse alone over the same bytes, in turns; and lines of a combined log
 * (`--log FILE`), from the file to the same, beside GoAccess's batch run over the same file, where that is installed.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { ROOT } from '../scripts/root.mjs'
import { setupOrExit } from '../scripts/setup.mjs'
import { bundle } from './bundle.mjs'
import { figuresOf } from './figures.mjs'

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '300000' },
    rounds: { type: 'string', default: '5' },
    log: {
      type: 'string',
      default: path.join(ROOT, '..', 'shared', 'data', 'weblog', 'apache.log'),
    },
    /** A folder for a profile of the processor's time. */
    profile: { type: 'string' },
    /** The last line has the figures, by name. All is printed at the end. */
    json: { type: 'boolean', default: false },
  },
})

await setupOrExit()
const outdir = await bundle('pipeline', ['pipeline'])
const profile =
  values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`]
try {
  const printed = execFileSync(
    process.execPath,
    [
      '--max-semi-space-size=64',
      '--heap-growing-percent=50',
      ...profile,
      path.join(outdir, 'pipeline.js'),
    ],
    {
      stdio: ['ignore', values.json ? 'pipe' : 'inherit', 'inherit'],
      encoding: 'utf8',
      env: {
        ...process.env,
        NODE_ENV: 'production',
        BENCH_EVENTS: values.events,
        BENCH_ROUNDS: values.rounds,
        BENCH_LOG: existsSync(values.log) ? values.log : '',
      },
    },
  )
  if (values.json) process.stdout.write(printed)
  if (!existsSync(values.log)) console.log('no combined log to read: name one with --log')
  if (values.json) console.log(JSON.stringify(figuresOf(printed)))
} finally {
  rmSync(outdir, { recursive: true, force: true })
}
