import { micros, moneyText } from '../../lib/money.ts'
import { CAMPAIGNS, type Campaign, SURGING_CAMPAIGN } from './demo-catalog.ts'
import { chance, logNormal, type Random, weighted } from './random.ts'

const COVERAGE = 0.9
/** Of what an ad costs, the part the page's owner gets. */
const PUBLISHER_SHARE = 0.65
const PRICE_SPREAD = 0.25

/** In a surge a campaign outbids the others: it wins more often, and pays far more. */
const SURGE_WEIGHT = 2.5
const SURGE_PRICE = 9

export interface WonAd {
  campaign: Campaign
  ad: string
  /** For an impression; empty where the click is what costs. */
  paid: Paid
}

export interface Paid {
  cost?: string
  revenue?: string
  currency?: string
}

/** Who gets the place; undefined: nobody wanted it. */
export function auction(random: Random, surge: number): WonAd | undefined {
  if (!chance(random, COVERAGE)) return undefined
  const campaign = weighted(random, CAMPAIGNS, (candidate) =>
    candidate.name === SURGING_CAMPAIGN
      ? candidate.weight * (1 + (SURGE_WEIGHT - 1) * surge)
      : candidate.weight,
  )
  const ad = campaign.ads[Math.floor(random() * campaign.ads.length)] as string
  const surging = campaign.name === SURGING_CAMPAIGN ? surge : 0
  return { campaign, ad, paid: price(campaign, 'impression', random, surging) }
}

export function price(
  campaign: Campaign,
  per: 'impression' | 'click',
  random: Random,
  surge: number,
): Paid {
  if (campaign.price.per !== per) return {}
  const factor = logNormal(random, 1 + (SURGE_PRICE - 1) * surge, PRICE_SPREAD)
  const cost = Math.round(Number(campaign.price.micros) * factor)
  return {
    cost: moneyText(micros(BigInt(cost))),
    revenue: moneyText(micros(BigInt(Math.round(cost * PUBLISHER_SHARE)))),
    ...(campaign.currency !== 'USD' && { currency: campaign.currency }),
  }
}
