/**
 * `npm run bench:consume`: records a second of the whole consumer (read, decode, de-duplicate, fold into all KPIs,
 * commit) beside a bare SDK GetRecords loop that only parses each record's JSON, over the same pages, in turns.
 * What is compared is records by second of processor time: what one core does. The stream is served by a process
 * of its own.
 */
import { fork } from 'node:child_process'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { setupOrExit } from '../scripts/setup.mjs'
import { bundle } from './bundle.mjs'
import { figuresOf } from './figures.mjs'

const { values } = parseArgs({
  options: {
    shards: { type: 'string', default: '16' },
    records: { type: 'string', default: '60000' },
    rounds: { type: 'string', default: '5' },
    /** A folder for a profile of the consumer's processor time. */
    profile: { type: 'string' },
    /** The last line has the figures, by name. */
    json: { type: 'boolean', default: false },
  },
})

await setupOrExit()
const outdir = await bundle('consume', ['server', 'bare-loop', 'consumer'])

const env = {
  ...process.env,
  NODE_ENV: 'production',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  BENCH_SHARDS: values.shards,
  BENCH_RECORDS: values.records,
  BENCH_END_MS: String(Date.now()),
}
const start = (part, extra = {}, execArgv = []) =>
  fork(path.join(outdir, `${part}.js`), { env: { ...env, ...extra }, execArgv })
/** The young generation of the pipeline's worker. */
const consumerArgs = ['--max-semi-space-size=64', '--heap-growing-percent=50']
if (values.profile !== undefined) {
  consumerArgs.push('--cpu-prof', `--cpu-prof-dir=${values.profile}`)
}
const firstMessage = (child) =>
  new Promise((resolve, reject) => {
    child.once('message', resolve)
    child.once('exit', (code) => reject(new Error(`ended with code ${code}`)))
  })

const printed = []
const server = start('server', {}, ['--max-old-space-size=8192'])
try {
  const stream = await firstMessage(server)
  const total = Number(values.shards) * Number(values.records)
  say(`${total} records of ${Math.round(stream.bytes / total)} bytes on ${values.shards} shards`)
  const place = { BENCH_ENDPOINT: stream.endpoint, BENCH_STREAM: stream.streamName }
  const measure = async (part) => {
    const child = start(part, place, part === 'consumer' ? consumerArgs : [])
    const result = await firstMessage(child)
    if (!result.sound) throw new Error(`${part}: not everything was read`)
    return result
  }
  // The first read of a page is the server's to encode.
  await measure('bare-loop')
  await measure('consumer')
  const ratios = []
  for (let round = 1; round <= Number(values.rounds); round++) {
    const bare = print('bare SDK loop', await measure('bare-loop'))
    const ours = print('whole consumer', await measure('consumer'))
    ratios.push(ours / bare)
    say(`round ${round}: ratio ${(ours / bare).toFixed(2)}`)
  }
  ratios.sort((a, b) => a - b)
  say(`ratio, median of ${ratios.length}: ${ratios[ratios.length >> 1]?.toFixed(2)}`)
  if (values.json) console.log(JSON.stringify(figuresOf(printed.join('\n'))))
} finally {
  server.disconnect()
  rmSync(outdir, { recursive: true, force: true })
}

function print(name, { records, wallMs, cpuMs, rssMb }) {
  const aCore = Math.round(records / (cpuMs / 1_000))
  const wall = Math.round(records / (wallMs / 1_000))
  say(
    `${name.padEnd(15)} ${aCore} records/s of a core, ${wall} records/s by the clock, ${rssMb} MB`,
  )
  return aCore
}

function say(line) {
  printed.push(line)
  console.log(line)
}
