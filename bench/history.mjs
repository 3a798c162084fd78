/**
 * `npm run bench:history`: charts of seven days by dimension, asked over HTTP of the whole product on a store of ten
 * million panes, while 1,000 events a second come in; and how long commits take meanwhile. Ceilings: 300 ms at the
 * median for a chart, 20 ms for a commit. Then 400 days by page, once for each KPI.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { bundle } from './bundle.mjs'
import { withFake } from './fake-process.mjs'
import { prepare } from './prepare.mjs'
import { loadAverage, mebibytes, quantile, say } from './process-figures.mjs'
import { sleep, startProduct } from './product.mjs'
import { putSteadily, sdkClient } from './put.mjs'

const { rate, hours, rounds, longest } = await prepare({
  rate: 1_000,
  /** Of panes of a second: 247 make ten million panes in all. */
  hours: 247,
  rounds: 5,
  longest: 400,
})
const SHARDS = 4
const CHART_CEILING_MS = 300
const COMMIT_CEILING_MS = 20
const PAUSE_MS = 250
/** What the store was built up to is read after so long. */
const SETTLE_MS = 5_000
const KPIS = ['page_views', 'spend', 'ctr', 'visitors', 'latency_p95']
const DIMENSIONS = ['page', 'campaign', 'country']
let made = 0

const folder = mkdtempSync(path.join(tmpdir(), 'kinesight-history-'))
const cleanUp = () => rmSync(folder, { recursive: true, force: true })
process.on('exit', cleanUp)
const outdir = await bundle('history', ['build-store'])
try {
  await withFake({ shards: SHARDS, limits: 'none' }, async (fake) => {
    const rows = await buildStore(fake)
    const { size } = statSync(path.join(folder, 'kinesight.db'))
    say(`${rows} panes, ${mebibytes(size)}`)
    const product = await startProduct(fake, {
      DATA_DIR: folder,
      KEEP_SECONDS: `${hours}h`,
      KEEP_MINUTES: '60d',
    })
    const client = sdkClient(fake)
    try {
      await ask(product, client, fake.streamName)
    } finally {
      client.destroy()
      await product.stop()
    }
  })
} finally {
  rmSync(outdir, { recursive: true, force: true })
}

async function buildStore(fake) {
  const child = fork(path.join(outdir, 'build-store.js'), {
    env: {
      ...process.env,
      BENCH_FOLDER: folder,
      BENCH_SECONDS_HOURS: String(hours),
      BENCH_ENDPOINT: fake.endpoint,
      BENCH_STREAM: fake.streamName,
    },
  })
  const failed = once(child, 'exit').then(() => Promise.reject(new Error('no store was built')))
  const [{ rows }] = await Promise.race([once(child, 'message'), failed])
  failed.catch(() => {})
  return rows
}

async function ask(product, client, streamName) {
  const live = { over: false }
  const feeding = feed(client, streamName, live)
  try {
    await sleep(SETTLE_MS)
    const before = await commits(product)
    const all = []
    for (const by of DIMENSIONS) {
      for (const kpi of KPIS) all.push(...(await charts(product, kpi, by)))
    }
    all.sort((a, b) => a - b)
    const median = quantile(all, 0.5)
    say(
      `7 d, all charts: p50 ${ms(median)}, p90 ${ms(quantile(all, 0.9))}: ratio of the median to the ceiling ${(median / CHART_CEILING_MS).toFixed(2)} (${loadAverage()})`,
    )
    report('commits meanwhile', before, await commits(product))
    const beforeLongest = await commits(product)
    for (const kpi of KPIS) {
      const took = await timed(product, `/api/v1/kpis/${kpi}/series?by=page&window=${longest}d`)
      say(`${longest} d of ${kpi} by page: ${ms(took)}`)
    }
    say(
      `${longest} d of all KPIs by page: ${ms(await timed(product, `/api/v1/kpis?by=page&window=${longest}d`))}`,
    )
    report('commits meanwhile', beforeLongest, await commits(product))
  } finally {
    live.over = true
    await feeding
  }
}

async function charts(product, kpi, by) {
  const took = []
  for (let round = 0; round < rounds; round++) {
    took.push(await timed(product, `/api/v1/kpis/${kpi}/series?by=${by}&window=7d`))
    await sleep(PAUSE_MS)
  }
  const sorted = took.toSorted((a, b) => a - b)
  say(`7 d of ${kpi} by ${by}: first ${ms(took[0])}, p50 ${ms(quantile(sorted, 0.5))}`)
  return took
}

async function timed(product, where) {
  const startedAt = performance.now()
  await product.json(where)
  return performance.now() - startedAt
}

/** Puts until it is over. */
async function feed(client, streamName, live) {
  while (!live.over) {
    await putSteadily(client, streamName, { rate, forMs: 1_000, tickMs: 50, make: makeRecord })
  }
}

function makeRecord() {
  const n = made++
  const event = {
    type: n % 2 === 0 ? 'page_view' : 'ad_impression',
    time: Date.now(),
    visitor: `visitor-${(n * 31) % 50_000}`,
    page: `/products/shoes/${(n * 17) % 2_000}`,
    campaign: `campaign-${n % 200}`,
    country: ['US', 'DE', 'JP', 'BR'][n % 4],
    cost: '0.001',
  }
  return { Data: Buffer.from(JSON.stringify(event)), PartitionKey: event.visitor }
}

/** How many commits took at most so long, by seconds. */
async function commits(product) {
  const text = await product.text('/metrics')
  const found = text.matchAll(/^kinesight_commit_seconds_bucket\{le="([^"]+)"\} (\d+)$/gm)
  return new Map(
    Array.from(found, ([, le, n]) => [le === '+Inf' ? Infinity : Number(le), Number(n)]),
  )
}

function report(what, before, after) {
  const within = [...after].map(([le, n]) => [le, n - (before.get(le) ?? 0)])
  const total = within.at(-1)[1]
  const upTo = (q) => within.find(([, n]) => n >= total * q)[0] * 1_000
  const short = within.find(([le]) => le * 1_000 === COMMIT_CEILING_MS)[1]
  say(
    `${what}: ${total}, p50 up to ${ms(upTo(0.5))}, p99 up to ${ms(upTo(0.99))}, most up to ${ms(upTo(1))}; ${((100 * short) / total).toFixed(2)} % within ${COMMIT_CEILING_MS} ms`,
  )
}

function ms(value) {
  return `${value.toFixed(value < 10 ? 1 : 0)} ms`
}
