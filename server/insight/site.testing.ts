import type { Random } from '../embedded/random.ts'
import type { Part } from './explain.ts'
import { countOf, gamma, sampleQuantile, unevenness } from './random-draws.testing.ts'
import { createBursts, createLevel, createWander, shareOfStep } from './traffic-level.testing.ts'

/** A site whose pages, ads and requests are counted in steps of 10 s, and what can go wrong there. */

/** `key`: of which placement, country or campaign, where the fault is one's. */
export type Fault = { fromMs: number; untilMs: number } & (
  | { kind: 'placement fails' | 'country gone' | 'campaign overspends'; key: number }
  | { kind: 'slow' | 'half the traffic' | 'silence' }
)
export type FaultKind = Fault['kind']

export const PLACEMENTS = ['top-300x250', 'side-160x600', 'feed-native', 'foot-728x90'] as const
export const COUNTRIES = ['US', 'DE', 'FR', 'JP'] as const
export const CAMPAIGNS = ['spring', 'sale', 'brand', 'video', 'local'] as const
export const DEVICES = ['mobile', 'desktop'] as const
const PLACEMENT_SHARES = [0.35, 0.25, 0.25, 0.15]
const COUNTRY_SHARES = [0.4, 0.35, 0.15, 0.1]
const CAMPAIGN_SHARES = [0.3, 0.25, 0.2, 0.15, 0.1]
const DEVICE_SHARES = [0.65, 0.35]

/** Of all events; the rest are types that no KPI counts. */
const PAGE_VIEWS = 0.3
const REQUESTS = 0.5
const AD_REQUESTS = 0.12
const VISITORS_PER_VIEW = 0.8
const COVERAGE = 0.8
const CTR = 0.04
const CONVERSION = 0.1
const ERROR_RATE = 0.02
const ERROR_BURSTS_A_DAY = 6
const COST = 0.002
const REVENUE = 0.004
const MEDIAN_MS = 80
/** Deviation of a duration's logarithm. */
const DURATION_SIGMA = 0.6

export interface SiteStep {
  pageViews: number
  visitors: number
  requests: Part
  adRequests: number
  impressions: number
  clicks: number
  conversions: number
  spend: number
  revenue: number
  durations: { p50: number; p95: number; p99: number }
  viewsBy: { country: Part[]; device: Part[] }
  requestsBy: { placement: Part[]; device: () => Part[] }
  /** Requests that took longer than 95 % of them usually do. */
  slowBy: () => { placement: Part[]; device: Part[] }
  spendBy: { campaign: Part[]; country: Part[] }
}

export interface SiteOptions {
  random: Random
  /** Events per second in the quietest hour. */
  quietest: number
  /** Relative deviation of what all events share from step to step: more than counting makes it. */
  noise?: number
  faults?: readonly Fault[]
}

/** To be asked for step by step. */
export function createSite({ random, quietest, noise = 0.06, faults = [] }: SiteOptions) {
  const level = createLevel({ random, quietest, noise })
  const errorLevel = createWander(random, 0.1)
  const errorBursts = createBursts(random, ERROR_BURSTS_A_DAY)
  const durationLevel = createWander(random, 0.05)

  return (atMs: number): SiteStep => {
    const now = strengths(faults, atMs)
    const events =
      level(atMs) * (1 - 0.5 * now('half the traffic').share) * (1 - now('silence').share)
    const errorRate = ERROR_RATE * errorLevel() * errorBursts(atMs) * unevenness(random, 0.15)
    const median = MEDIAN_MS * durationLevel() * unevenness(random, 0.03)
    const country = countries(random, events * PAGE_VIEWS, now('country gone'))
    const pageViews = sum(country)
    const placement = placements(random, events * REQUESTS, errorRate, now('placement fails'))
    const requests = { over: sum(placement), under: underOf(placement) }
    const adRequests = countOf(random, events * AD_REQUESTS)
    const impressions = Math.min(adRequests, countOf(random, adRequests * COVERAGE))
    const campaign = campaigns(random, impressions, now('campaign overspends'))
    const clicks = countOf(random, impressions * CTR)
    const spend = sum(campaign)
    return {
      pageViews,
      visitors: countOf(random, pageViews * VISITORS_PER_VIEW),
      requests,
      adRequests,
      impressions,
      clicks,
      conversions: Math.min(clicks, countOf(random, clicks * CONVERSION)),
      spend,
      revenue: paid(random, impressions, REVENUE),
      durations: durations(random, median * (1 + 2 * now('slow').share), requests.under),
      viewsBy: { country, device: DEVICE_SHARES.map((share) => alone(pageViews * share)) },
      requestsBy: { placement, device: () => byDevice(random, requests) },
      slowBy: () => ({
        placement: slowOf(random, placement, now('slow').share),
        device: slowOf(random, byDevice(random, requests), now('slow').share),
      }),
      spendBy: { campaign, country: COUNTRY_SHARES.map((share) => alone(spend * share)) },
    }
  }
}

/** How much of the step has the fault, and whose it is (-1: nobody's). */
interface Strength {
  share: number
  key: number
}

const NO_FAULT: Strength = { share: 0, key: -1 }

function strengths(faults: readonly Fault[], atMs: number): (kind: FaultKind) => Strength {
  if (faults.length === 0) return () => NO_FAULT
  const active = faults
    .map((fault) => ({ fault, share: shareOfStep(atMs, fault.fromMs, fault.untilMs) }))
    .filter(({ share }) => share > 0)
  return (kind) => {
    const found = active.find(({ fault }) => fault.kind === kind)
    if (found === undefined) return NO_FAULT
    return { share: found.share, key: 'key' in found.fault ? found.fault.key : -1 }
  }
}

const alone = (over: number): Part => ({ over, under: 0 })
const sum = (parts: readonly Part[]) => parts.reduce((total, { over }) => total + over, 0)
const underOf = (parts: readonly Part[]) => parts.reduce((total, { under }) => total + under, 0)

const countries = (random: Random, views: number, gone: Strength): Part[] =>
  COUNTRY_SHARES.map((share, i) =>
    alone(countOf(random, views * share * (i === gone.key ? 1 - gone.share : 1))),
  )

/** Where one fails, the whole rate is four times as high, and all that is more comes from there. */
const placements = (random: Random, requests: number, rate: number, failing: Strength): Part[] =>
  PLACEMENT_SHARES.map((share, i) => {
    const under = countOf(random, requests * share)
    const times = i === failing.key ? 1 + (3 / share) * failing.share : 1
    return { over: Math.min(under, countOf(random, under * rate * times)), under }
  })

/** Where one overspends, the whole is five times as much, and all that is more comes from there. */
const campaigns = (random: Random, impressions: number, overspent: Strength): Part[] =>
  CAMPAIGN_SHARES.map((share, i) => {
    const times = i === overspent.key ? 1 + (4 / share) * overspent.share : 1
    return alone(times * paid(random, countOf(random, impressions * share), COST))
  })

/** The sum of `events` amounts with this mean and a relative deviation of 0.7. */
const paid = (random: Random, events: number, mean: number): number =>
  events === 0 ? 0 : (mean * gamma(random, 2 * events)) / 2

/** Of durations three times as long, 57 % are above the usual p95. */
const slowOf = (random: Random, requests: readonly Part[], slow: number): Part[] =>
  requests.map(({ under }) => ({ over: countOf(random, under * (0.05 + 0.52 * slow)), under }))

function byDevice(random: Random, { over, under }: Part): Part[] {
  const mobile = Math.round(under * (DEVICE_SHARES[0] as number))
  const errors = Math.min(over, mobile, countOf(random, over * (DEVICE_SHARES[0] as number)))
  return [
    { over: errors, under: mobile },
    { over: over - errors, under: under - mobile },
  ]
}

function durations(random: Random, median: number, n: number): SiteStep['durations'] {
  const at = (q: number) => median * Math.exp(DURATION_SIGMA * sampleQuantile(random, q, n))
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) }
}
