import { say } from '../process-figures.mjs'
import { putSteadily } from '../put.mjs'

let made = 0

/** Puts `rate` events a second until `live.over`. */
export async function feed(client, streamName, { rate, live }) {
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
export async function commits(product) {
  const text = await product.text('/metrics')
  const found = text.matchAll(/^kinesight_commit_seconds_bucket\{le="([^"]+)"\} (\d+)$/gm)
  return new Map(
    Array.from(found, ([, le, n]) => [le === '+Inf' ? Infinity : Number(le), Number(n)]),
  )
}

export function report(what, { before, after, ceilingMs }) {
  const within = [...after].map(([le, n]) => [le, n - (before.get(le) ?? 0)])
  const total = within.at(-1)[1]
  const upTo = (q) => (within.find(([, n]) => n >= total * q)?.[0] ?? Number.NaN) * 1_000
  const short = within.find(([le]) => le * 1_000 === ceilingMs)[1]
  say(
    `${what}: ${total}, p50 up to ${ms(upTo(0.5))}, p99 up to ${ms(upTo(0.99))}, most up to ${ms(upTo(1))}; ${((100 * short) / total).toFixed(2)} % within ${ceilingMs} ms`,
  )
}

export const ms = (value) => `${value.toFixed(value < 10 ? 1 : 0)} ms`
