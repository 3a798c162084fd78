/**
 * Who watches and asks beside the viewer that is measured: one of the cases below, in a process of its own, against
 * the loopback address it is given, until it is told to stop or for `MAX_SECONDS`.
 */
import { openRaw } from './raw-socket.mjs'

const MAX_SECONDS = 120
const WATCHES_A_TICK = 20
const TICK_MS = 5
const OPEN_AT_ONCE = 50
const QUESTIONS = 30
const KPIS = ['page_views', 'spend', 'ctr', 'visitors']
const url = process.env.BENCH_URL
const name = process.env.BENCH_CASE
const count = Number(process.env.BENCH_COUNT)
const OPENS = ['distinct views of much past', 'sockets on one view']
const over = new AbortController()
const told = { opened: 0, closed: 0, received: 0, answered: 0, refused: 0, watches: 0 }
const sockets = []

const CASES = {
  'distinct views of much past': async () => {
    await openAll(count)
    for (const [n, socket] of sockets.entries()) socket.watch(viewOf(n, '30d'))
  },
  'a storm of watches': async () => {
    let n = 0
    while (!over.signal.aborted) {
      if (!sockets.at(-1)?.isOpen()) await openAll(1)
      for (let some = 0; some < WATCHES_A_TICK; some++) {
        if (!sockets.at(-1).watch(viewOf(n++, '30d'))) break
        told.watches++
      }
      await sleep(TICK_MS)
    }
  },
  'large questions at once': async () => {
    await Promise.all(Array.from({ length: QUESTIONS }, (_, n) => askOn(n)))
  },
  'sockets on one view': async () => {
    await openAll(count)
    for (const socket of sockets) {
      socket.watch({ kind: 'overview', window: '5m', kpi: 'page_views' })
    }
  },
}

process.on('disconnect', () => process.exit(0))
process.once('message', () => over.abort())
const timer = setTimeout(() => over.abort(), MAX_SECONDS * 1_000)
const going = CASES[name]()
// What is opened is open before anything is measured; the others go on all the time.
if (OPENS.includes(name)) await going
process.send({ ready: true })
await Promise.all([going, new Promise((resolve) => over.signal.addEventListener('abort', resolve))])
clearTimeout(timer)
for (const socket of sockets) {
  told.received += socket.received()
  if (!socket.isOpen()) told.closed++
  socket.close()
}
process.send({ told })
process.disconnect()

async function openAll(many) {
  for (let left = many; left > 0 && !over.signal.aborted; left -= OPEN_AT_ONCE) {
    const some = Array.from({ length: Math.min(left, OPEN_AT_ONCE) }, () => openRaw(url))
    sockets.push(...(await Promise.all(some)))
  }
  told.opened = sockets.length
}

function viewOf(n, window) {
  const [dimension, key] =
    n % 2 === 0 ? ['campaign', `campaign-${n % 200}`] : ['page', `/products/shoes/${n}`]
  return { kind: 'overview', window, kpi: KPIS[n % 4], filter: { dimension, key } }
}

async function askOn(n) {
  while (!over.signal.aborted) {
    const question = `/api/v1/kpis/${KPIS[n % 4]}/series?by=page&limit=20&window=30m&step=1s`
    const answer = await fetch(`${url}${question}`).catch(() => undefined)
    const text = await answer?.text().catch(() => '')
    if (answer?.ok) {
      told.answered++
      told.received += text.length
    } else {
      told.refused++
      await sleep(1_000 * Number(answer?.headers.get('retry-after') ?? 1))
    }
  }
}

function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
