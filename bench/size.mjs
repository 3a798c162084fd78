/**
 * `npm run bench:size`: the memory of the whole product while a million pages and 500,000 visitors come by at 5,000
 * events a second for ten minutes, and a page watches. The resident set is of one process with all its threads; the
 * stream and who puts into it are processes of their own. The ceiling is 700 MB, and flat in the second half: the
 * largest of its last quarter against that of the quarter before.
 */
import { withFake } from './fake-process.mjs'
import { prepare } from './prepare.mjs'
import { loadAverage, mebibytes, quantile, rssBytes, say } from './process-figures.mjs'
import { sleep, startProduct, until } from './product.mjs'
import { putSteadily, sdkClient } from './put.mjs'

const { rate, minutes, pages, visitors } = await prepare({
  rate: 5_000,
  minutes: 10,
  pages: 1_000_000,
  visitors: 500_000,
})
const SHARDS = 8
const TICK_MS = 50
const LOOK_EVERY_MS = 1_000
/** What was put last is in the numbers within this. */
const LAST_MS = 60_000
const CEILING_BYTES = 700e6
const VIEW = { kind: 'overview', window: '1h', kpi: 'page_views' }
/** Primes, so that all pages and all visitors come, evenly and in no order. */
const PAGE_STRIDE = 7_368_787
const VISITOR_STRIDE = 15_485_863

await withFake({ shards: SHARDS, limits: 'none' }, async (fake) => {
  const product = await startProduct(fake)
  const client = sdkClient(fake)
  const leave = product.watch(VIEW, {})
  const sizes = []
  const timer = setInterval(() => sizes.push(rssBytes(product.pid)), LOOK_EVERY_MS)
  const progress = setInterval(() => say(`  ${mebibytes(sizes.at(-1))} (${loadAverage()})`), 60_000)
  try {
    const forMs = minutes * 60_000
    const asked = { rate, forMs, tickMs: TICK_MS, make: makeRecord }
    const put = await putSteadily(client, fake.streamName, asked)
    const { fates } = await settled(product, put)
    const kpis = await product.json('/api/v1/kpis?window=1h&by=page&limit=1')
    report({ put, fates, sizes, kpis })
  } finally {
    clearInterval(timer)
    clearInterval(progress)
    leave()
    client.destroy()
    await product.stop()
  }
})

async function settled(product, put) {
  let totals
  await until(async () => {
    totals = await product.json('/api/v1/totals')
    await sleep(LOOK_EVERY_MS)
    return totals.fates.applied >= put
  }, LAST_MS)
  return totals
}

function report({ put, fates, sizes, kpis }) {
  const most = (from, to) =>
    Math.max(...sizes.slice(Math.floor(sizes.length * from), Math.ceil(sizes.length * to)))
  const [third, last] = [most(0.5, 0.75), most(0.75, 1)]
  const sorted = sizes.toSorted((a, b) => a - b)
  say(
    `put       ${put} events, ${((put / (minutes * 60_000)) * 1_000).toFixed(0)}/s of ${rate}/s; applied ${fates.applied}`,
    `keys      ${kpis.by.keys} pages of ${pages}, ${kpis.kpis.visitors.value.value} visitors of ${visitors}`,
    `resident  median ${mebibytes(quantile(sorted, 0.5))}, most ${mebibytes(sorted.at(-1))}: ratio to the ceiling ${(sorted.at(-1) / CEILING_BYTES).toFixed(2)}`,
    `growth    most of the third quarter ${mebibytes(third)}, of the last ${mebibytes(last)}: ratio ${(last / third).toFixed(2)} (${loadAverage()})`,
  )
}

function makeRecord(n) {
  const visitor = `visitor-${(n * VISITOR_STRIDE) % visitors}`
  const campaign = n % 200
  const event = {
    id: `size-${n}`,
    type: n % 3 === 0 ? 'page_view' : n % 3 === 1 ? 'ad_impression' : 'ad_request',
    time: Date.now(),
    visitor,
    page: `/articles/2026/${(n * PAGE_STRIDE) % pages}/how-it-was-made`,
    referrer: `https://site-${n % 40}.example/`,
    account: `account-${campaign % 50}`,
    campaign: `campaign-${campaign}`,
    placement: `slot-${n % 20}`,
    device: ['desktop', 'mobile', 'tablet'][n % 3],
    country: ['US', 'DE', 'JP', 'BR'][n % 4],
    cost: `0.${1_000 + (n % 9_000)}`,
  }
  return { Data: Buffer.from(JSON.stringify(event)), PartitionKey: visitor }
}
