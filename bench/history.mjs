/**
 * `npm run bench:history`: charts of seven days by dimension, asked over HTTP of the whole product on a store of ten
 * million panes, while 1,000 events a second come in; and how long commits take meanwhile. Ceilings: 300 ms at the
 * median for a chart, 20 ms for a commit. Then 400 days by page, once for each KPI.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { bundle } from './bundle.mjs'
import { withFake } from './fake-process.mjs'
import { buildStore } from './history/built-store.mjs'
import { commits, feed, ms, report } from './history/under-load.mjs'
import { prepare } from './prepare.mjs'
import { loadAverage, mebibytes, quantile, say } from './process-figures.mjs'
import { sleep, startProduct } from './product.mjs'
import { sdkClient } from './put.mjs'

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

const folder = mkdtempSync(path.join(tmpdir(), 'kinesight-history-'))
const cleanUp = () => rmSync(folder, { recursive: true, force: true })
process.on('exit', cleanUp)
const outdir = await bundle('history', ['build-store'])
try {
  await withFake({ shards: SHARDS, limits: 'none' }, async (fake) => {
    const rows = await buildStore(fake, outdir, folder, { hours, minutesDays: 60, hoursDays: 400 })
    const file = path.join(folder, 'kinesight.db')
    const { size } = statSync(file)
    // What was written is not the disk's work any more when commits are measured.
    await onDisk(file)
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

async function ask(product, client, streamName) {
  const live = { over: false }
  const feeding = feed(client, streamName, { rate, live })
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
    report('commits meanwhile', {
      before,
      after: await commits(product),
      ceilingMs: COMMIT_CEILING_MS,
    })
    const beforeLongest = await commits(product)
    for (const kpi of KPIS) {
      const took = await answered(product, `/api/v1/kpis/${kpi}/series?by=page&window=${longest}d`)
      say(`${longest} d of ${kpi} by page: ${took}`)
    }
    const took = await answered(product, `/api/v1/kpis?by=page&window=${longest}d`)
    say(`${longest} d of all KPIs by page: ${took}`)
    report('commits meanwhile', {
      before: beforeLongest,
      after: await commits(product),
      ceilingMs: COMMIT_CEILING_MS,
    })
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

/** What would take longer than the product has patience for is refused. */
async function answered(product, where) {
  const startedAt = performance.now()
  try {
    return ms(await timed(product, where))
  } catch (error) {
    return `refused after ${ms(performance.now() - startedAt)} (${error.message})`
  }
}

async function onDisk(file) {
  const handle = await open(file, 'r+')
  await handle.sync()
  await handle.close()
}

async function timed(product, where) {
  const startedAt = performance.now()
  await product.json(where)
  return performance.now() - startedAt
}
