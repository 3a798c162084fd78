import type { Condition, EventFilter } from './event-filter.ts'
import type { KpiFormula } from './kpis.ts'

/** A formula in words: "ad_click (device is mobile) / ad_impression". */
export function formulaText(formula: KpiFormula): string {
  switch (formula.kind) {
    case 'count':
      return `Number of ${eventsText(formula.of)}`
    case 'ratio':
      return `${eventsText(formula.over)} / ${eventsText(formula.under)}`
    case 'distinct':
      return `Different ${formula.field}s${ofText(formula.of)}`
    case 'money':
      return `Sum of ${formula.field}${ofText(formula.of)}`
    case 'money_per': {
      const { field, of, times, under } = formula
      return `${times.toLocaleString('en-US')} × sum of ${field}${ofText(of)} / ${eventsText(under)}`
    }
    case 'quantile':
      return `${percentile(formula.q)} of ${formula.field}${ofText(formula.of)}, within 1 %`
  }
}

const ofText = (of: EventFilter | undefined): string =>
  of === undefined ? '' : ` of ${eventsText(of)}`

function eventsText({ type = 'events', where = [] }: EventFilter): string {
  return where.length === 0 ? type : `${type} (${where.map(conditionText).join(', ')})`
}

function conditionText(condition: Condition): string {
  const { field } = condition
  if ('atLeast' in condition) return `${field} ≥ ${condition.atLeast}`
  if ('below' in condition) return `${field} < ${condition.below}`
  if ('is' in condition) return `${field} is ${condition.is.join(' or ')}`
  return `${field} is not ${condition.not.join(' or ')}`
}

/** 0.5 → p50, 0.999 → p99.9 */
const percentile = (q: number): string => `p${Number((q * 100).toFixed(6))}`
