/**
 * `npm run bench:fair`: a well-behaved viewer of 5 minutes beside those who want much: 63 sockets on distinct views of 30
 * days, a storm of watches, 30 large questions at once, 1,000 sockets on one view. How far apart its frames are, how long
 * /healthz and commits take, and the longest task of the main thread; each against the same at rest in the same run.
 * Ceiling: twice. All of it is sent to the loopback address, and ends by itself.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { inRoot } from '../scripts/root.mjs'
import { bundle } from './bundle.mjs'
import { withFake } from './fake-process.mjs'
import { buildStore } from './history/built-store.mjs'
import { commits, feed, ms } from './history/under-load.mjs'
import { prepare } from './prepare.mjs'
import { loadAverage, mebibytes, quantile, rssBytes, say } from './process-figures.mjs'
import { sleep, startProduct } from './product.mjs'
import { sdkClient } from './put.mjs'

const { rate, seconds, days, sockets } = await prepare({
  rate: 500,
  /** How long each case lasts. */
  seconds: 20,
  /** Of panes of an hour. */
  days: 62,
  /** Of the case with many on one view. */
  sockets: 1_000,
})
/** The first seconds of a process are those of its compiler. */
const SETTLE_MS = 15_000
const BETWEEN_MS = 4_000
const PROBE_EVERY_MS = 25
const CEILING = 2
const CASES = [
  // With the viewer's own they are all that are computed at once.
  ['distinct views of much past', 63],
  ['a storm of watches', 1],
  ['large questions at once', 30],
  ['sockets on one view', sockets],
]

const folder = mkdtempSync(path.join(tmpdir(), 'kinesight-fair-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const outdir = await bundle('history', ['build-store'])
try {
  await withFake({ shards: 4, limits: 'none' }, async (fake) => {
    const rows = await buildStore(fake, outdir, folder, {
      ...{ hours: 1, minutesDays: 1, hoursDays: days },
    })
    say(`${rows} panes, ${mebibytes(statSync(path.join(folder, 'kinesight.db')).size)}`)
    const product = await startProduct(fake, { DATA_DIR: folder })
    const client = sdkClient(fake)
    const live = { over: false }
    const feeding = feed(client, fake.streamName, { rate, live })
    const { gaps, leave } = watchGaps(product)
    try {
      await sleep(SETTLE_MS)
      const rest = await measured(product, gaps, 'at rest: nobody else')
      for (const [name, count] of CASES) {
        const others = await startOthers(product, name, count)
        const found = await measured(product, gaps, `${name}: ${count} of them`)
        compare(name, { rest, found })
        say(`${name}, the others: ${await others.stop()}`)
        await sleep(BETWEEN_MS)
      }
      await measured(product, gaps, 'at rest again: nobody else')
    } finally {
      leave()
      live.over = true
      await feeding
      client.destroy()
      await product.stop()
    }
  })
} finally {
  rmSync(outdir, { recursive: true, force: true })
}

/** How long the frames of a page with 5 minutes are apart, since they were last taken. */
function watchGaps(product) {
  let last = performance.now()
  let gaps = []
  const saw = () => {
    gaps.push(performance.now() - last)
    last = performance.now()
  }
  const view = { kind: 'overview', window: '5m', kpi: 'page_views' }
  const leave = product.watch(view, { onSnapshot: saw, onDelta: saw })
  const take = () => {
    // One that lasts is a gap, too.
    const taken = [...gaps, performance.now() - last].sort((a, b) => a - b)
    gaps = []
    return taken
  }
  return { gaps: take, leave }
}

async function measured(product, gaps, what) {
  const before = await commits(product)
  gaps()
  const { probes, lagMs } = await probe(product)
  const apart = gaps()
  const found = {
    gapP50: quantile(apart, 0.5),
    gapP99: quantile(apart, 0.99),
    healthP99: quantile(probes, 0.99),
    commitP99: commitQuantile(before, await commits(product), 0.99),
    lagMs,
    rss: rssBytes(product.pid),
  }
  say(
    `${what}; frames ${ms(found.gapP50)} apart at p50, frames ${ms(found.gapP99)} apart at p99, ${apart.length} frames, /healthz ${ms(found.healthP99)} at p99, commits ${ms(found.commitP99)} at p99, main thread held ${ms(lagMs)} at most, ${mebibytes(found.rss)} resident (${loadAverage()})`,
  )
  return found
}

/** Asks for /healthz again and again, and how long the main thread's loop stood still at most. */
async function probe(product) {
  await product.text('/metrics')
  const probes = []
  const end = performance.now() + seconds * 1_000
  while (performance.now() < end) {
    const startedAt = performance.now()
    await product.text('/healthz')
    probes.push(performance.now() - startedAt)
    await sleep(PROBE_EVERY_MS)
  }
  const lag = /^nodejs_eventloop_lag_max_seconds (\S+)$/m.exec(await product.text('/metrics'))
  return { probes: probes.sort((a, b) => a - b), lagMs: Number(lag?.[1]) * 1_000 }
}

/** Inside a bucket commits are taken to lie evenly. */
function commitQuantile(before, after, q) {
  const buckets = [...after].map(([le, n]) => [le * 1_000, n - (before.get(le) ?? 0)])
  const wanted = buckets.at(-1)[1] * q
  const at = buckets.findIndex(([, n]) => n >= wanted)
  const [to, upTo] = buckets[at]
  const [from, below] = buckets[at - 1] ?? [0, 0]
  return from + ((wanted - below) / (upTo - below)) * ((Number.isFinite(to) ? to : from) - from)
}

function compare(what, { rest, found }) {
  const ratio = (name) => (found[name] / rest[name]).toFixed(2)
  say(
    `${what} against rest: ${ratio('gapP50')} × frames at p50, ${ratio('gapP99')} × frames at p99, ${ratio('healthP99')} × /healthz at p99, ${ratio('commitP99')} × commits at p99; ceiling ${CEILING.toFixed(2)}`,
  )
}

async function startOthers(product, name, count) {
  const child = fork(inRoot('bench/fair/others.mjs'), {
    env: { ...process.env, BENCH_URL: product.url, BENCH_CASE: name, BENCH_COUNT: String(count) },
  })
  const failed = once(child, 'exit').then(() => Promise.reject(new Error('the others ended')))
  failed.catch(() => {})
  const heard = () => Promise.race([once(child, 'message'), failed])
  await heard()
  return {
    async stop() {
      const answer = heard()
      child.send('stop')
      const [{ told }] = await answer
      const { received, ...counts } = told
      const words = Object.entries({ ...counts }).filter(([, n]) => n > 0)
      return `${words.map(([word, n]) => `${n} ${word}`).join(', ')}, ${mebibytes(received)} received`
    },
  }
}
