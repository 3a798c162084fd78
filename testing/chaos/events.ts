import { micros, moneyText } from '../../lib/money.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../lib/time.ts'
import { chance, pick, type Random, weighted, whole } from './random.ts'

/** An event as it is put, and what has to be known of it to tell what must come of it. */
export interface MadeEvent {
  json: Record<string, unknown>
  /** undefined: it brings no id of its own. */
  id: string | undefined
  type: string
  account: string
  currency: string
  costMicros: bigint | undefined
  revenueMicros: bigint | undefined
  clamped: boolean
  /** Its time lies before all panes: it counts in the totals only. */
  beyond: boolean
  /** The app `picky` cannot take it. */
  poison: boolean
}

const TYPES = {
  page_view: 30,
  ad_impression: 20,
  ad_request: 15,
  ad_click: 10,
  purchase: 10,
  request: 10,
  heartbeat: 5,
}
const ACCOUNTS = ['', 'acme', 'birch', 'cedar', 'Zoë & 東京'] as const
const CURRENCIES = ['USD', 'USD', 'EUR', 'JPY'] as const
/** Of 500 billion units, which one event may carry at most, and the largest with decimals. */
const LARGEST_MICROS = [500_000_000_000_000_000n, BigInt(Number.MAX_SAFE_INTEGER)] as const
/** In September 2001, when epoch seconds got their tenth digit. */
const ANCIENT_MS = 1_000_000_000_000

export interface EventPlace {
  /** `key` and `n` are what order is checked by. */
  props: { key: string; n: number; loose?: true }
  now: number
}

export function makeEvent(random: Random, { props, now }: EventPlace): MadeEvent {
  const type = weighted(random, TYPES)
  const named = chance(random, props.loose ? 0.5 : 0.97)
  const poison = named && chance(random, 0.002)
  const account = pick(random, ACCOUNTS)
  const currency = pick(random, CURRENCIES)
  const costMicros = type.startsWith('ad_') ? amount(random) * refund(random) : undefined
  const revenueMicros = type === 'purchase' ? amount(random) * refund(random) : undefined
  const time = timeOf(random, now)
  const id = named ? `${props.key}-${props.n}` : undefined
  const json = {
    ...(id !== undefined && { id }),
    type,
    ...(time.at !== undefined && { time: time.at }),
    visitor: `visitor-${whole(random, 1, 500)}`,
    page: `/p/${whole(random, 1, 60)}`,
    ...(account !== '' && { account }),
    ...(currency !== 'USD' && { currency: pick(random, [currency, currency.toLowerCase()]) }),
    ...(costMicros !== undefined && { cost: moneyText(micros(costMicros)) }),
    ...(revenueMicros !== undefined && { revenue: moneyText(micros(revenueMicros)) }),
    ...(type === 'request' && { status: pick(random, [200, 503]), duration_ms: random() * 900 }),
    props: poison ? { ...props, poison } : props,
  }
  const { clamped, beyond } = time
  const money = { account, currency, costMicros, revenueMicros }
  return { json, id, type, ...money, clamped, beyond, poison }
}

const amount = (random: Random): bigint =>
  chance(random, 0.001) ? pick(random, LARGEST_MICROS) : BigInt(whole(random, 0, 30_000_000))

/** A refund, or a credit. */
const refund = (random: Random): bigint => (chance(random, 0.1) ? -1n : 1n)

/** Mostly none or now; late ones, very old ones, and some from the future. */
function timeOf(random: Random, now: number) {
  const kind = weighted(random, { none: 60, now: 30, late: 5, days: 1, ancient: 0.3, future: 3 })
  const plain = { clamped: false, beyond: false }
  switch (kind) {
    case 'none':
      return { at: undefined, ...plain }
    case 'now':
      return { at: new Date(now).toISOString(), ...plain }
    case 'late':
      return { at: now - whole(random, MINUTE_MS, 50 * MINUTE_MS), ...plain }
    case 'days':
      return { at: now - whole(random, HOUR_MS, 5 * DAY_MS), ...plain }
    case 'ancient':
      return { at: ANCIENT_MS + whole(random, 0, DAY_MS), clamped: false, beyond: true }
    case 'future':
      return { at: now + whole(random, MINUTE_MS, DAY_MS), clamped: true, beyond: false }
  }
}
