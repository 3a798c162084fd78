import { type RuleStanding, ruleThreshold } from '../../lib/alert-rule.ts'
import { DEFAULT_CURRENCY } from '../../lib/event.ts'
import { money } from '../../lib/format-money.ts'
import type { Kpi } from '../../lib/kpis.ts'
import type { Period } from '../../lib/period.ts'
import { type Filter, type Filters, filterList, sameFilters } from '../../lib/view.ts'
import type { ChartThreshold } from '../chart/threshold-labels.tsx'

/** The thresholds that belong on the chart: on spend of just what it shows, over the same window, in its currency. */
export function spendThresholds(
  spend: Kpi,
  rules: readonly RuleStanding[],
  shown: { period: Period; filter: Filter | undefined; currency: string },
): ChartThreshold[] {
  return rules
    .filter(
      ({ rule }) =>
        rule.kpi === spend.id &&
        rule.window === shown.period &&
        (rule.currency ?? DEFAULT_CURRENCY) === shown.currency &&
        sameFilter(rule.filter, shown.filter),
    )
    .map(({ rule, state }) => ({
      value: ruleThreshold(spend, rule),
      label: `${rule.when} ${money(ruleThreshold(spend, rule), shown.currency)}`,
      tone: state.kind === 'firing' ? 'bad' : 'warn',
    }))
}

const sameFilter = (a: Filters | undefined, b: Filter | undefined): boolean =>
  sameFilters(filterList(a), filterList(b))
