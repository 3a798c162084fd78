/**
 * `npm run bench:soak -- --rate 2000 --minutes 5`: puts events through the embedded stream at a steady
 * rate while a real browser shows the Overview, and prints the data age on the screen, the memory of the
 * whole process and whether every event was applied. The ratio is against the rate that was asked for.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { chromium } from 'playwright-core'
import { CHROMIUM_ARGS, ensureChromium } from '../scripts/chromium.mjs'
import { ROOT } from '../scripts/root.mjs'
import { setupOrExit } from '../scripts/setup.mjs'

const { values } = parseArgs({
  options: { rate: { type: 'string', default: '2000' }, minutes: { type: 'string', default: '5' } },
})
const rate = Number(values.rate)
const durationMs = Number(values.minutes) * 60_000
const TICK_MS = 100
const MAX_PUT = 500

await setupOrExit()
const executablePath = await ensureChromium()
const dataDir = mkdtempSync(path.join(tmpdir(), 'kinesight-soak-'))
const port = await freePort()
const url = `http://127.0.0.1:${port}`
const server = spawn(process.execPath, ['dist/main.js'], {
  cwd: ROOT,
  stdio: ['ignore', 'inherit', 'inherit'],
  env: {
    ...process.env,
    NODE_ENV: 'production',
    PORT: String(port),
    DATA_DIR: dataDir,
    DEMO: 'off',
    EMBEDDED_KINESIS_PORT: '0',
  },
})
let browser
try {
  await waitFor(async () => (await fetch(`${url}/readyz`)).ok, 30_000)
  browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGS })
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  await page.goto(url)
  await run(page)
} finally {
  await browser?.close()
  server.kill('SIGTERM')
  await new Promise((resolve) => server.once('exit', resolve))
  rmSync(dataDir, { recursive: true, force: true })
}

async function run(page) {
  const stream = await json('/api/v1/stream')
  const client = new KinesisClient({
    endpoint: stream.endpoint,
    region: stream.region,
    credentials: { accessKeyId: 'soak', secretAccessKey: 'soak' },
    requestHandler: new NodeHttpHandler({ httpAgent: { keepAlive: true, maxSockets: 8 } }),
  })
  const startedAt = performance.now()
  const ages = []
  const rss = []
  const puts = new Set()
  let events = 0
  let spentMicros = 0n
  let sampledAt = 0
  while (performance.now() - startedAt < durationMs) {
    const due = Math.floor(((performance.now() - startedAt) / 1_000) * rate)
    while (events < due) {
      const batch = []
      for (; events < due && batch.length < MAX_PUT; events++) {
        const event = makeEvent(events)
        spentMicros += event.costMicros
        batch.push(event.record)
      }
      const put = client.send(new PutRecordsCommand({ StreamName: stream.name, Records: batch }))
      const checked = put.then((answer) => {
        if (answer.FailedRecordCount !== 0) throw new Error('the stream refused records')
        puts.delete(checked)
      })
      puts.add(checked)
      if (puts.size >= 8) await Promise.race(puts)
    }
    if (performance.now() - sampledAt > 1_000) {
      sampledAt = performance.now()
      if (sampledAt - startedAt > 5_000) ages.push(await ageOnScreen(page))
      rss.push(rssBytes(server.pid))
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS))
  }
  await Promise.all(puts)
  const tookS = (performance.now() - startedAt) / 1_000
  await waitFor(async () => {
    const { fates } = await json('/api/v1/totals')
    return fates.applied + fates.duplicate + fates.rejected >= events
  }, 60_000)
  report({ totals: await json('/api/v1/totals'), events, spentMicros, ages, rss, tookS })
}

function report({ totals, events, spentMicros, ages, rss, tookS }) {
  const sorted = ages.filter((ms) => ms !== undefined).sort((a, b) => a - b)
  const at = (q) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))])
  const spend = totals.spend.acme?.USD ?? '0'
  const exact = spend === text(spentMicros) && totals.fates.applied === events
  const half = rss.slice(Math.floor(rss.length / 2))
  const mb = (bytes) => Math.round(bytes / 1_048_576)
  const achieved = events / tookS
  process.stdout.write(
    [
      `put                ${events} events in ${tookS.toFixed(0)} s, ${achieved.toFixed(0)}/s`,
      `ratio to the asked ${(achieved / rate).toFixed(3)} of ${rate}/s`,
      `fates              ${JSON.stringify(totals.fates)}`,
      `exact              ${exact ? 'yes' : 'NO'}: spend ${spend} of ${text(spentMicros)}`,
      `data age on screen p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms over ${sorted.length} looks`,
      `memory             max ${mb(Math.max(...rss))} MB, second half ${mb(Math.min(...half))} to ${mb(Math.max(...half))} MB`,
      '',
    ].join('\n'),
  )
  if (!exact) process.exitCode = 1
}

function makeEvent(n) {
  const costMicros = BigInt((n * 7_919) % 2_000_000)
  const event = {
    id: `soak-${process.pid}-${n}`,
    type: n % 3 === 0 ? 'page_view' : n % 3 === 1 ? 'ad_impression' : 'ad_request',
    time: Date.now(),
    visitor: `visitor-${(n * 31) % 50_000}`,
    page: `/page/${(n * 17) % 2_000}`,
    referrer: `https://site-${n % 40}.example/`,
    account: 'acme',
    campaign: `campaign-${n % 200}`,
    placement: `slot-${n % 20}`,
    device: ['desktop', 'mobile', 'tablet'][n % 3],
    country: ['US', 'DE', 'JP', 'BR'][n % 4],
    cost: text(costMicros),
  }
  const record = { Data: Buffer.from(JSON.stringify(event)), PartitionKey: event.visitor }
  return { costMicros, record }
}

function text(micros) {
  const fraction = String(micros % 1_000_000n).padStart(6, '0')
  return `${micros / 1_000_000n}.${fraction}`.replace(/\.?0+$/, '')
}

/** What a person reads beside the live light, in ms. */
async function ageOnScreen(page) {
  const shown = await page.locator('[title^="The newest event"]').textContent()
  const match = /([\d.]+)\s*(ms|s|min)/.exec(shown)
  if (match === null) return undefined
  return Number(match[1]) * { ms: 1, s: 1_000, min: 60_000 }[match[2]]
}

/** The whole product is one process: its threads share its memory. */
function rssBytes(pid) {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(match?.[1] ?? 0) * 1_024
}

async function json(where) {
  const answer = await fetch(`${url}${where}`)
  if (!answer.ok) throw new Error(`${where}: ${answer.status}`)
  return answer.json()
}

async function waitFor(condition, timeoutMs) {
  const end = performance.now() + timeoutMs
  while (!(await condition().catch(() => false))) {
    if (performance.now() > end) throw new Error('waited in vain')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = probe.address()
      probe.close(() => resolve(free))
    })
  })
}
