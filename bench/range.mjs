/**
 * `npm run bench:range`: pages that watch 7 and 30 days and a fixed range of 20 days, on the store of a site of 10 events
 * a second, while 500 events a second come in and another page watches 5 minutes. How long it takes until they have their
 * first frame, what the other page's frames and the commits have of it meanwhile, what it costs from then on, and memory.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { bundle } from './bundle.mjs'
import { withFake } from './fake-process.mjs'
import { buildStore } from './history/built-store.mjs'
import { commits, feed, ms, report } from './history/under-load.mjs'
import { prepare } from './prepare.mjs'
import {
  busiestThreadSeconds,
  loadAverage,
  mebibytes,
  quantile,
  rssBytes,
  say,
} from './process-figures.mjs'
import { sleep, startProduct } from './product.mjs'
import { sdkClient } from './put.mjs'

const { rate, seconds, days } = await prepare({
  rate: 500,
  /** How long each page is watched once it is there. */
  seconds: 15,
  /** Of panes of an hour. */
  days: 62,
})
const COMMIT_CEILING_MS = 20
const SETTLE_MS = 8_000
const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const hour = Date.now() - (Date.now() % HOUR_MS)
const past = { range: { from: hour - 25 * DAY_MS, to: hour - 5 * DAY_MS } }
const VIEWS = [
  ['overview, 7 d', { kind: 'overview', window: '7d', kpi: 'page_views' }],
  ['overview, 30 d', { kind: 'overview', window: '30d', kpi: 'page_views' }],
  ['overview, 30 d, visitors', { kind: 'overview', window: '30d', kpi: 'visitors' }],
  ['overview, 20 d fixed', { kind: 'overview', ...past, kpi: 'page_views' }],
  ['spend, 30 d', { kind: 'spend', window: '30d' }],
]

const folder = mkdtempSync(path.join(tmpdir(), 'kinesight-range-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const outdir = await bundle('history', ['build-store'])
try {
  await withFake({ shards: 4, limits: 'none' }, async (fake) => {
    const rows = await buildStore(fake, outdir, folder, {
      ...{ hours: 1, minutesDays: 7, hoursDays: days },
    })
    say(`${rows} panes, ${mebibytes(statSync(path.join(folder, 'kinesight.db')).size)}`)
    const product = await startProduct(fake, { DATA_DIR: folder })
    const client = sdkClient(fake)
    const live = { over: false }
    const feeding = feed(client, fake.streamName, { rate, live })
    try {
      await sleep(SETTLE_MS)
      const gaps = watchGaps(product)
      await measured(product, gaps, 'overview, 5 min alone', undefined)
      for (const [name, view] of VIEWS) await measured(product, gaps, name, view)
    } finally {
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
  product.watch(view, { onSnapshot: saw, onDelta: saw })
  return () => {
    const taken = gaps.sort((a, b) => a - b)
    gaps = []
    return taken
  }
}

async function measured(product, gaps, name, view) {
  gaps()
  const before = await commits(product)
  const startedAt = performance.now()
  const leave = view === undefined ? undefined : await firstFrame(product, view)
  const tookMs = performance.now() - startedAt
  const meanwhile = gaps()
  if (view !== undefined) {
    say(
      `${name}: first frame after ${ms(tookMs)}; frames of the other page at most ${ms(meanwhile.at(-1) ?? tookMs)} apart meanwhile`,
    )
    report('  commits meanwhile', {
      ...{ before, after: await commits(product), ceilingMs: COMMIT_CEILING_MS },
    })
  }
  const settled = await commits(product)
  const cpu = busiestThreadSeconds(product.pid)
  await sleep(seconds * 1_000)
  const busy = (busiestThreadSeconds(product.pid) - cpu) / seconds
  const apart = gaps()
  say(
    `${name}: then the pipeline's thread ${(100 * busy).toFixed(0)} % busy, frames of the other page ${ms(quantile(apart, 0.5))} apart at the median, ${ms(apart.at(-1))} at most, ${mebibytes(rssBytes(product.pid))} resident (${loadAverage()})`,
  )
  report('  commits', {
    ...{ before: settled, after: await commits(product) },
    ceilingMs: COMMIT_CEILING_MS,
  })
  leave?.()
}

function firstFrame(product, view) {
  return new Promise((resolve) => {
    const leave = product.watch(view, { onSnapshot: () => resolve(leave) })
  })
}
