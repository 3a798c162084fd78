import { type BuiltInKpiId, KPIS } from '../../lib/kpis.ts'
import type { DimensionParts, Part } from './explain.ts'
import type { Reading } from './reading.ts'
import { CAMPAIGNS, COUNTRIES, DEVICES, PLACEMENTS, type SiteStep } from './site.testing.ts'

/** What the built-in KPIs read in a step of the site. */
export const READINGS: Record<BuiltInKpiId, (step: SiteStep) => Reading> = {
  page_views: (step) => ({ kind: 'count', count: step.pageViews }),
  visitors: (step) => ({ kind: 'count', count: step.visitors }),
  ctr: (step) => ({ kind: 'ratio', over: step.clicks, under: step.impressions }),
  coverage: (step) => ({ kind: 'ratio', over: step.impressions, under: step.adRequests }),
  conversion_rate: (step) => ({ kind: 'ratio', over: step.conversions, under: step.clicks }),
  spend: (step) => ({ kind: 'money', sum: step.spend, events: step.impressions }),
  revenue: (step) => ({ kind: 'money', sum: step.revenue, events: step.impressions }),
  yield: (step) => ({
    kind: 'money_per',
    sum: 1_000 * step.revenue,
    events: step.impressions,
    under: step.adRequests,
  }),
  requests: (step) => ({ kind: 'count', count: step.requests.under }),
  error_rate: (step) => ({ kind: 'ratio', ...step.requests }),
  latency_p50: (step) => latency(step, 'p50', 0.5),
  latency_p95: (step) => latency(step, 'p95', 0.95),
  latency_p99: (step) => latency(step, 'p99', 0.99),
}

const latency = ({ durations, requests }: SiteStep, name: 'p50' | 'p95' | 'p99', q: number) => ({
  kind: 'quantile' as const,
  value: durations[name],
  of: requests.under,
  q,
})

/** The keys of the dimensions that a KPI is kept by, over the steps before and those now. */
export function dimensionsOf(
  id: BuiltInKpiId,
  before: readonly SiteStep[],
  now: readonly SiteStep[],
): DimensionParts[] {
  const of = (
    dimension: string,
    keys: readonly string[],
    parts: (step: SiteStep) => Part[],
  ): DimensionParts => {
    const [past, present] = [added(before.map(parts)), added(now.map(parts))]
    return {
      dimension,
      keys: keys.map((key, i) => ({ key, before: past[i] ?? NONE, now: present[i] ?? NONE })),
    }
  }
  switch (KPIS[id].formula.kind) {
    case 'ratio':
      return [
        of('placement', PLACEMENTS, (step) => step.requestsBy.placement),
        of('device', DEVICES, (step) => step.requestsBy.device()),
      ]
    case 'money':
      return [
        of('country', COUNTRIES, (step) => step.spendBy.country),
        of('campaign', CAMPAIGNS, (step) => step.spendBy.campaign),
      ]
    case 'quantile':
      return [
        of('placement', PLACEMENTS, (step) => step.slowBy().placement),
        of('device', DEVICES, (step) => step.slowBy().device),
      ]
    default:
      return [
        of('country', COUNTRIES, (step) => step.viewsBy.country),
        of('device', DEVICES, (step) => step.viewsBy.device),
      ]
  }
}

const NONE: Part = { over: 0, under: 0 }

/** Key by key. */
const added = (steps: readonly Part[][]): Part[] =>
  steps.reduce(
    (sums, parts) =>
      parts.map(({ over, under }, i) => {
        const sum = sums[i] ?? NONE
        return { over: sum.over + over, under: sum.under + under }
      }),
    [],
  )
