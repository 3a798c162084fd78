import { type EventFilter, filterName } from './event-filter.ts'
import type { KpiFormula } from './kpis.ts'

const ALL: EventFilter = {}

/** Which events a formula is about: those measured, then those that it is divided by, if it is. */
export function filtersOf(formula: KpiFormula): readonly EventFilter[] {
  switch (formula.kind) {
    case 'count':
      return [formula.of]
    case 'ratio':
      return [formula.over, formula.under]
    case 'money_per':
      return [formula.of ?? ALL, formula.under]
    case 'distinct':
    case 'money':
    case 'quantile':
      return [formula.of ?? ALL]
  }
}

/** Equal formulas have equal names. */
export function formulaName(formula: KpiFormula): string {
  const field = 'field' in formula ? formula.field : ''
  const q = formula.kind === 'quantile' ? String(formula.q) : ''
  return JSON.stringify([formula.kind, field, q, ...filtersOf(formula).map(filterName)])
}
