import './node-version.mjs'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { ROOT } from './root.mjs'
import { runFolder } from './run-folder.mjs'
import { say } from './say.mjs'
import { setupOrExit } from './setup.mjs'

const HELP = `npm run fuzz -- [--records 100000] [--seed N] [--from 0] [--log FILE]

Makes records from real ones by mutation (events, arrays, lines, access logs, KPL aggregates, gzip, zlib, CloudWatch
Logs) and reads each in every way there is: small and large, plain and compressed, scanned and parsed. Every
way must tell the same fates, throw nothing, take no step of more than 25 ms and keep its memory bounded.

  --records  how many. 100000
  --seed     the same seed makes the same records, each by its number
  --from     the number of the first one: to have a record again
  --log      an access log, whose lines are mutated among others. shared/data/weblog/apache.log beside this folder, if it is there
`
const LARGEST_SEED = 2 ** 31
const MAX_LOG_LINES = 20_000

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * LARGEST_SEED)) },
    from: { type: 'string', default: '0' },
    log: {
      type: 'string',
      default: path.join(ROOT, '..', 'shared', 'data', 'weblog', 'apache.log'),
    },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  process.stdout.write(HELP)
  process.exit(0)
}
const [records, seed, from] = [values.records, values.seed, values.from].map(Number)
if (![records, seed, from].every(Number.isSafeInteger)) {
  say(HELP)
  process.exit(1)
}
await setupOrExit({ parts: [] })

const folder = runFolder('fuzz')

const esbuild = await import('esbuild')
await esbuild.build({
  absWorkingDir: ROOT,
  outdir: folder,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  format: 'esm',
  platform: 'node',
  packages: 'external',
  sourcemap: true,
  logLevel: 'warning',
  entryPoints: { fuzz: 'testing/fuzz/run-fuzz.testing.ts' },
})
const { fuzz } = await import(pathToFileURL(`${folder}/fuzz.mjs`).href)
const logLines = existsSync(values.log)
  ? readFileSync(values.log, 'utf8').split('\n').slice(0, MAX_LOG_LINES).filter(Boolean)
  : []
const ok = await fuzz({
  ...{ seed, from, records, logLines },
  say: (line) => process.stdout.write(`${line}\n`),
})
process.exit(ok ? 0 : 1)
