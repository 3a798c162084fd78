import './node-version.mjs'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { ROOT } from './root.mjs'
import { runFolder } from './run-folder.mjs'
import { say } from './say.mjs'
import { setupOrExit } from './setup.mjs'

const HELP = `npm run chaos -- [--minutes 10] [--seed N] [--without kind,…] [--quiet]

Puts, splits, merges, faults of every kind and SIGKILLs at random against the real consumer. Half of
the seeds damage rows of the store between two processes, too. In the end every total is exact, every event has
one fate, order within a partition key was kept, and all that was damaged is named.

  --minutes  how long it is put and killed; may be a fraction. 10
  --seed     plays the decisions of one run again: what is put, split, merged, broken and killed. When each
             of it happens depends on the machine, so that a failure may take several runs to come back.
  --without  what never happens: faults by kind or error type, what is done to the process, or damage,
             such as hang,KMSDisabledException,take_over,damage
  --quiet    says only what is wrong, and the seed
`
const LARGEST_SEED = 2 ** 31

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * LARGEST_SEED)) },
    without: { type: 'string', default: '' },
    quiet: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  process.stdout.write(HELP)
  process.exit(0)
}
const minutes = Number(values.minutes)
const seed = Number(values.seed)
if (!(minutes > 0) || !Number.isSafeInteger(seed)) {
  say(HELP)
  process.exit(1)
}
await setupOrExit({ parts: [] })

const folder = runFolder('chaos')

await bundle()
const { runChaos } = await import(pathToFileURL(`${folder}/run-chaos.mjs`).href)
const ok = await runChaos({
  seed,
  minutes,
  without: values.without.split(',').filter((name) => name !== ''),
  consumerScript: `${folder}/consumer.mjs`,
  say: (line) => {
    if (!values.quiet || /^(FAIL|seed|kept|again)/.test(line)) process.stdout.write(`${line}\n`)
  },
})
process.exit(ok ? 0 : 1)

/** The consumer starts dozens of times: its packages go into the bundle, but for those with a compiled part. */
async function bundle() {
  const esbuild = await import('esbuild')
  const common = {
    absWorkingDir: ROOT,
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.15',
    sourcemap: true,
    logLevel: 'warning',
  }
  await Promise.all([
    esbuild.build({
      ...common,
      packages: 'external',
      entryPoints: { 'run-chaos': 'testing/chaos/run-chaos.testing.ts' },
    }),
    esbuild.build({
      ...common,
      external: ['libsql'],
      entryPoints: { consumer: 'testing/chaos/consumer-process.testing.ts' },
      banner: {
        js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      },
    }),
  ])
}
