// Counts anew what pages and the API say, from the lines that were put into the stream. Plain Node on purpose: nothing of
// the product is imported, so that no mistake is made twice.

/** @param {string[]} lines one event each, as they were put */
export function readEvents(lines) {
  return lines.map((line) => {
    const { time, cost, revenue, currency = 'USD', ...fields } = JSON.parse(line)
    return { ...fields, time, currency, cost: microsOf(cost), revenue: microsOf(revenue) }
  })
}

/** Decimal text to millionths; undefined stays undefined. */
function microsOf(amount) {
  if (amount === undefined) return undefined
  const [, sign, whole, part = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(amount))
  const micros = BigInt(whole) * 1_000_000n + BigInt(part.padEnd(6, '0'))
  return sign === '-' ? -micros : micros
}

function decimalOf(micros) {
  const sign = micros < 0n ? '-' : ''
  const size = micros < 0n ? -micros : micros
  const part = String(size % 1_000_000n)
    .padStart(6, '0')
    .replace(/0+$/, '')
  return `${sign}${size / 1_000_000n}${part === '' ? '' : `.${part}`}`
}

/** `filter`: keys by dimension. */
export const eventsIn = (events, { from, to }, filter = {}) =>
  events.filter(
    (event) =>
      event.time >= from &&
      event.time < to &&
      Object.entries(filter).every(([dimension, key]) => event[dimension] === key),
  )

/** Every KPI that is built in, over these events. Money by currency; percentiles as all durations, sorted. */
export function kpisOf(events) {
  const some = (type) => events.filter((event) => event.type === type)
  const count = (type) => some(type).length
  const ratio = (over, under) => (under === 0 ? null : over / under)
  const requests = some('request')
  return {
    page_views: count('page_view'),
    requests: requests.length,
    visitors: new Set(events.flatMap(({ visitor }) => visitor ?? [])).size,
    ctr: ratio(count('ad_click'), count('ad_impression')),
    coverage: ratio(count('ad_impression'), count('ad_request')),
    conversion_rate: ratio(count('conversion'), count('ad_click')),
    error_rate: ratio(requests.filter(({ status }) => status >= 500).length, requests.length),
    spend: sums(events, 'cost'),
    revenue: sums(events, 'revenue'),
    latencies: requests.flatMap(({ duration_ms: ms }) => ms ?? []).sort((a, b) => a - b),
  }
}

/** Decimal text by currency, without those that come to nothing. */
function sums(events, field) {
  const micros = new Map()
  for (const event of events) {
    if (event[field] === undefined) continue
    micros.set(event.currency, (micros.get(event.currency) ?? 0n) + event[field])
  }
  return Object.fromEntries(
    [...micros].filter(([, sum]) => sum !== 0n).map(([name, sum]) => [name, decimalOf(sum)]),
  )
}

/** The exact percentile. */
export const percentile = (sorted, q) =>
  sorted.length === 0 ? null : sorted[Math.floor(q * (sorted.length - 1))]

/** The KPIs of each key that occurs. */
export function byKey(events, dimension) {
  const keys = new Set(events.flatMap((event) => event[dimension] ?? []))
  return new Map(
    [...keys].map((key) => [key, kpisOf(events.filter((event) => event[dimension] === key))]),
  )
}

/** How many of each type, and money by account. */
export function totalsOf(events) {
  const types = {}
  for (const { type } of events) types[type] = (types[type] ?? 0) + 1
  const accounts = (field) => {
    const named = events.filter(
      (event) => event[field] !== undefined && event.account !== undefined,
    )
    return Object.fromEntries(
      [...new Set(named.map(({ account }) => account))].map((account) => [
        account,
        sums(
          named.filter((event) => event.account === account),
          field,
        ),
      ]),
    )
  }
  return { events: types, spend: accounts('cost'), revenue: accounts('revenue') }
}

const S = 1_000
const M = 60 * S
const H = 60 * M

/** How long windows are and by how much they move on, as docs and pages say. */
export const WINDOWS = {
  '10s': [10 * S, S],
  '1m': [M, S],
  '5m': [5 * M, S],
  '15m': [15 * M, S],
  '1h': [H, 10 * S],
  '24h': [24 * H, M],
  '7d': [7 * 24 * H, H],
  '30d': [30 * 24 * H, H],
}

export function rangeOf(window, now) {
  const [span, slide] = WINDOWS[window]
  const to = now - (now % slide) + slide
  return { from: to - span, to }
}

/** How much of a range was, of a stream whose first event is the first of these. */
export function wasOf(events, { from, to }, now) {
  const first = Math.min(...events.map(({ time }) => time))
  return Math.max(0, Math.min(to, now) - Math.max(from, first))
}

/** RFC 4180. The rows as objects by the header's names. */
export function readCsv(text) {
  const rows = [['']]
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const row = rows.at(-1)
    const char = text[at]
    if (quoted && char === '"' && text[at + 1] === '"') {
      row[row.length - 1] += '"'
      at++
    } else if (char === '"') quoted = !quoted
    else if (!quoted && char === ',') row.push('')
    else if (!quoted && char === '\r' && text[at + 1] === '\n') {
      rows.push([''])
      at++
    } else row[row.length - 1] += char
  }
  const [header, ...lines] = rows.filter((row) => row.length > 1)
  return lines.map((line) => Object.fromEntries(header.map((name, at) => [name, line[at]])))
}

/** The same numbers for the same seed (mulberry32). */
function randomOf(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/**
 * Lines of a stream that is `ageMs` old at `now`, its first event just then: all types and fields, several currencies, events that
 * lack this and that. The more recent, the more.
 */
export function seededLines({ seed, count, ageMs, now }) {
  const random = randomOf(seed)
  const one = (list) => list[Math.floor(random() * list.length)]
  const maybe = (part, field) => (random() < part ? field() : {})
  const types = ['page_view', 'page_view', 'request', 'ad_request', 'ad_impression', 'ad_click']
  return Array.from({ length: count }, (_, n) => {
    const type = one([...types, 'conversion', 'signup'])
    const ago = n === 0 ? ageMs : Math.floor(ageMs * random() ** (ageMs > H ? 6 : 1))
    return JSON.stringify({
      id: `e${n}`,
      type,
      time: now - ago,
      ...maybe(0.9, () => ({ visitor: `v${Math.floor(random() * 400)}` })),
      ...maybe(0.8, () => ({ page: one(['/', '/a', '/b,"c"', '/ü', '=1+1']) })),
      ...maybe(0.5, () => ({ referrer: one(['google.com', 'bing.com']) })),
      ...maybe(0.6, () => ({ account: one(['acme', 'globex', 'initech']) })),
      ...maybe(0.6, () => ({ campaign: one(['spring', 'fall']) })),
      ...maybe(0.4, () => ({ placement: one(['top', 'side']) })),
      ...maybe(0.9, () => ({ device: one(['mobile', 'desktop']) })),
      ...maybe(0.7, () => ({ country: one(['DE', 'US', 'JP']) })),
      ...maybe(0.4, () => ({
        cost: (random() * 5 - 0.5).toFixed(one([2, 6])),
        currency: one(['USD', 'USD', 'EUR', 'JPY']),
      })),
      ...(type === 'conversion' && { revenue: (random() * 90).toFixed(2) }),
      ...(type === 'request' && {
        status: one([200, 200, 404, 500, 503]),
        duration_ms: Math.round(random() ** 3 * 5_000),
      }),
    })
  })
}
