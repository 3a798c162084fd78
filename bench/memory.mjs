/**
 * `npm run bench:memory`: the memory of the whole product while it reads 200 shards that each have a backlog, for
 * two sizes of its buffer (STREAM_BUFFER_MB), beside what it has with nothing to read. The ratio is of the buffer
 * to its limit, which it may not leave but by one answer a reader; the resident set is what that comes to.
 */
import { parseArgs } from 'node:util'
import { setupOrExit } from '../scripts/setup.mjs'
import { startFake } from './fake-process.mjs'
import { loadAverage, mebibytes, rssBytes, say } from './process-figures.mjs'
import { sleep, startProduct } from './product.mjs'

const { values } = parseArgs({
  options: {
    shards: { type: 'string', default: '200' },
    records: { type: 'string', default: '40000' },
    seconds: { type: 'string', default: '45' },
    buffers: { type: 'string', default: '64,256' },
  },
})
const shards = Number(values.shards)
const recordsAShard = Number(values.records)
const durationMs = Number(values.seconds) * 1_000
const budgetsMb = values.buffers.split(',').map(Number)
const LOOK_EVERY_MS = 100
const IDLE_MS = 15_000
/** A backlog of hours, as after a long stop: ids are forgotten on the way, as they are then. */
const SPAN_MS = 4 * 3_600_000

await setupOrExit()
const idle = await rssWhenIdle()
say(`idle, ${shards} shards: ${mebibytes(idle)} (${loadAverage()})`)
const backlog = { recordsAShard, spanMs: SPAN_MS }
const fake = await startFake({ shards, limits: 'none', backlog })
say(`backlog: ${shards * recordsAShard} records, ${mebibytes(fake.bytes)}`)
try {
  for (const budgetMb of budgetsMb) await catchUp(budgetMb)
} finally {
  await fake.stop()
}

async function rssWhenIdle() {
  const empty = await startFake({ shards, limits: 'none' })
  const product = await startProduct(empty)
  try {
    await sleep(IDLE_MS)
    return rssBytes(product.pid)
  } finally {
    await product.stop()
    await empty.stop()
  }
}

/** Reads for so long, or to the end of the backlog. */
async function catchUp(budgetMb) {
  const product = await startProduct(fake, { STREAM_BUFFER_MB: String(budgetMb) })
  const startedAt = performance.now()
  const most = { rss: 0, buffer: 0 }
  let status
  const leave = product.watch(
    { kind: 'status' },
    {
      onSnapshot: ({ state }) => look(state.cells),
      onDelta: ({ delta }) => look(delta.set ?? {}),
    },
  )
  function look(cells) {
    status = cells.status ?? status
    if (status !== undefined) most.buffer = Math.max(most.buffer, status.reading.bufferBytes)
  }
  try {
    while (performance.now() - startedAt < durationMs && applied() < shards * recordsAShard) {
      most.rss = Math.max(most.rss, rssBytes(product.pid))
      await sleep(LOOK_EVERY_MS)
    }
    const perSecond = (applied() / (performance.now() - startedAt)) * 1_000
    report(budgetMb, most, { perSecond, limit: status.reading.bufferLimitBytes })
  } finally {
    leave()
    await product.stop()
  }

  function applied() {
    return status?.fates.applied ?? 0
  }
}

function report(budgetMb, most, { perSecond, limit }) {
  const growth = most.rss - idle
  say(
    `STREAM_BUFFER_MB=${budgetMb}: buffer at most ${mebibytes(most.buffer)}, ratio to its limit ${(most.buffer / limit).toFixed(2)}; resident at most ${mebibytes(most.rss)}, ${mebibytes(growth)} more than idle, ${(growth / limit).toFixed(1)} bytes a byte of the limit; ${perSecond.toFixed(0)} records/s (${loadAverage()})`,
  )
}
