/**
 * `npm run bench:idle`: what a stream of 1,000 shards costs on which nothing comes, as part of one core: the
 * processor time of the whole product (user and system, all threads), less that of the same product with one shard.
 * By polling, by polling while a page watches the Shards page, and by enhanced fan-out.
 */
import { withFake } from './fake-process.mjs'
import { prepare } from './prepare.mjs'
import { busiestThreadSeconds, cpuSeconds, loadAverage, say } from './process-figures.mjs'
import { sleep, startProduct, until } from './product.mjs'

const { shards, seconds } = await prepare({ shards: 1_000, seconds: 30 })
const CEILING_CORES = 0.25
/** After the start the compiler is at work, and every shard is opened. */
const SETTLE_MS = 15_000
const OPEN_MS = 60_000

const one = await measure('1 shard, polling', { shards: 1, env: {} })
for (const [name, how] of [
  ['polling', { env: {} }],
  ['polling, Shards page open', { env: {}, view: { kind: 'shards' } }],
  ['fan-out', { env: { READ_MODE: 'fanout' } }],
]) {
  const found = await measure(`${shards} shards, ${name}`, { shards, ...how })
  const cores = found.cores - one.cores
  const reads = found.readsPerSecond - one.readsPerSecond
  const each = reads > 0 ? `, ${((cores / reads) * 1e6).toFixed(0)} µs a read` : ''
  say(
    `  less one shard's: ${cores.toFixed(3)} of a core${each}; ratio to the ceiling of ${CEILING_CORES}: ${(cores / CEILING_CORES).toFixed(2)}`,
  )
}

function measure(name, { shards: count, env, view }) {
  return withFake({ shards: count, limits: 'real' }, async (fake) => {
    const product = await startProduct(fake, env)
    try {
      await until(async () => allRead(await product.json('/api/v1/shards'), count), OPEN_MS)
      return report(name, { rate: await ratesOf(fake, product, view), view })
    } finally {
      await product.stop()
    }
  })
}

/** Says of a figure what it comes to in a second, while a page shows `view`; without a view there is no page. */
async function ratesOf(fake, product, view) {
  const pushed = { frames: 0, bytes: 0 }
  const onFrame = (frame) => {
    pushed.frames++
    pushed.bytes += JSON.stringify(frame).length
  }
  const leave =
    view === undefined ? () => {} : product.watch(view, { onSnapshot: onFrame, onDelta: onFrame })
  try {
    await sleep(SETTLE_MS)
    const before = await figures()
    await sleep(seconds * 1_000)
    const after = await figures()
    return (what) => ((after[what] - before[what]) / (after.atMs - before.atMs)) * 1_000
  } finally {
    leave()
  }

  async function figures() {
    const { GetRecords = 0, ...others } = await fake.calls()
    return {
      atMs: performance.now(),
      cpu: cpuSeconds(product.pid),
      busiest: busiestThreadSeconds(product.pid),
      reads: GetRecords,
      otherCalls: Object.values(others).reduce((a, b) => a + b, 0),
      frames: pushed.frames,
      frameBytes: pushed.bytes,
    }
  }
}

function report(name, { rate, view }) {
  const cores = rate('cpu')
  const readsPerSecond = rate('reads')
  const toPage =
    view === undefined
      ? ''
      : `, ${rate('frames').toFixed(1)} frames/s of ${(rate('frameBytes') / rate('frames') / 1_024).toFixed(0)} KiB`
  say(
    `${name}: ${cores.toFixed(3)} of a core, of which its busiest thread ${rate('busiest').toFixed(3)}; ${readsPerSecond.toFixed(0)} reads/s, ${rate('otherCalls').toFixed(1)} other calls/s${toPage} (${loadAverage()})`,
  )
  return { cores, readsPerSecond }
}

function allRead({ shards: known }, count) {
  return known.length === count && known.every(({ reader }) => reader.kind === 'reading')
}
