import { type RuleInput, ruleThreshold } from '../../lib/alert-rule.ts'
import { filterName } from '../../lib/event-filter.ts'
import { decimal, exact } from '../../lib/format.ts'
import { type FigureText, measuredFigure, thresholdText } from '../../lib/format-kpi.ts'
import type { KpiValue } from '../../lib/kpi-value.ts'
import type { Kpi, KpiFormula } from '../../lib/kpis.ts'

/** What a rule measured. Of a KPI that is gone the bare number: nobody knows its unit. */
export function measured(kpi: Kpi | undefined, value: KpiValue): FigureText {
  if (kpi !== undefined) return measuredFigure(kpi, value)
  return { text: decimal(value.value), unit: '', exact: exact(value.value) }
}

/** "above $50.00". Of a KPI that is gone the number as it was entered. */
export function limitText(kpi: Kpi | undefined, rule: RuleInput): string {
  const { when, value, currency } = rule
  if (kpi === undefined) return `${when} ${value}`
  return `${when} ${thresholdText(kpi, ruleThreshold(kpi, rule), currency)}`
}

/** "per 1,000 ad requests", "per 1,000 × request status>=500"; undefined where the money is not shared out over events. */
export function perWords(formula: KpiFormula): string | undefined {
  if (formula.kind !== 'money_per') return undefined
  const { under, times } = formula
  const events =
    under.where === undefined
      ? `${(under.type ?? 'event').replaceAll('_', ' ')}s`
      : `× ${filterName(under)}`
  return `per ${times.toLocaleString('en-US')} ${events}`
}
