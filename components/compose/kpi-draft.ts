import { kpiFormulaSchema, unitsOf } from '../../lib/kpi-definition.ts'
import { formulaText } from '../../lib/kpi-formula-text.ts'
import type { DistinctField, Kpi, KpiFormula, KpiUnit, MoneyField } from '../../lib/kpis.ts'
import { type EventsDraft, eventsDraftOf, filterOf, NO_EVENTS } from './events-draft.ts'

/** A KPI as it is being composed: every blank has something in it, perhaps wrong. */
export interface KpiDraft {
  kind: KpiFormula['kind']
  /** What is counted, summed or measured. */
  of: EventsDraft
  /** What it is divided by: of ratios and amounts per 1,000. */
  under: EventsDraft
  distinct: DistinctField
  money: MoneyField
  /** Of 100. */
  percentile: string
  label: string
  /** null: it follows the label. */
  id: string | null
  /** null: the usual one of the formula. */
  unit: KpiUnit | null
  better: Kpi['better']
  /** '': the formula in words. */
  help: string
}

export const NEW_DRAFT: KpiDraft = {
  kind: 'count',
  of: { ...NO_EVENTS, type: 'page_view' },
  under: { ...NO_EVENTS, type: 'ad_impression' },
  distinct: 'visitor',
  money: 'cost',
  percentile: '95',
  label: '',
  id: null,
  unit: null,
  better: 'none',
  help: '',
}

/** A KPI that is there, to be changed. */
export function draftOf({ id, label, formula, unit, better, help }: Kpi): KpiDraft {
  return {
    ...NEW_DRAFT,
    ...partsOf(formula),
    kind: formula.kind,
    label,
    id,
    unit: unit === unitsOf(formula)[0] ? null : unit,
    better,
    help: help === formulaText(formula) ? '' : help,
  }
}

/** A KPI as the beginning of another one. */
export const copyOf = (kpi: Kpi): KpiDraft => ({
  ...draftOf(kpi),
  label: `${kpi.label.slice(0, 25)} (copy)`,
  id: null,
  help: '',
})

function partsOf(formula: KpiFormula): Partial<KpiDraft> {
  switch (formula.kind) {
    case 'count':
      return { of: eventsDraftOf(formula.of) }
    case 'ratio':
      return { of: eventsDraftOf(formula.over), under: eventsDraftOf(formula.under) }
    case 'distinct':
      return { of: eventsDraftOf(formula.of), distinct: formula.field }
    case 'money':
      return { of: eventsDraftOf(formula.of), money: formula.field }
    case 'money_per':
      return {
        of: eventsDraftOf(formula.of),
        under: eventsDraftOf(formula.under),
        money: formula.field,
      }
    case 'quantile':
      return { of: eventsDraftOf(formula.of), percentile: String(round(formula.q * 100)) }
  }
}

const round = (value: number): number => Number(value.toFixed(6))

/** What the blanks say, whether it is right or not. `whole`: conditions that are not finished are left out. */
export function formulaOf(draft: KpiDraft, { whole }: { whole: boolean }): unknown {
  const of = filterOf(draft.of, { whole })
  const under = filterOf(draft.under, { whole })
  switch (draft.kind) {
    case 'count':
      return { kind: 'count', of }
    case 'ratio':
      return { kind: 'ratio', over: of, under }
    case 'distinct':
      return { kind: 'distinct', field: draft.distinct, ...unlessAll(of) }
    case 'money':
      return { kind: 'money', field: draft.money, ...unlessAll(of) }
    case 'money_per':
      return { kind: 'money_per', field: draft.money, ...unlessAll(of), under, times: 1_000 }
    case 'quantile':
      return {
        kind: 'quantile',
        field: 'duration_ms',
        ...unlessAll(of),
        q: round(Number(draft.percentile) / 100),
      }
  }
}

const unlessAll = (of: object) => (Object.keys(of).length === 0 ? {} : { of })

/** What can be previewed of it; undefined: nothing yet. */
export function previewOf(draft: KpiDraft): { formula: PreviewFormula; unit: KpiUnit } | undefined {
  const parsed = kpiFormulaSchema.safeParse(formulaOf(draft, { whole: true }))
  return parsed.success ? { formula: parsed.data, unit: unitOf(draft) } : undefined
}

type PreviewFormula = ReturnType<typeof kpiFormulaSchema.parse>

/** The unit that it is shown in. */
export function unitOf({ kind, unit }: Pick<KpiDraft, 'kind' | 'unit'>): KpiUnit {
  const units = unitsOf({ kind })
  return unit !== null && units.includes(unit) ? unit : (units[0] as KpiUnit)
}

export const hasUnder = ({ kind }: Pick<KpiDraft, 'kind'>): boolean =>
  kind === 'ratio' || kind === 'money_per'

/** The types of events that are asked about, each once; empty: any. */
export function typesOf(draft: KpiDraft): string[] {
  const parts = hasUnder(draft) ? [draft.of, draft.under] : [draft.of]
  const types = parts.map(({ type }) => type.trim())
  return types.includes('') ? [] : [...new Set(types)]
}

const MAX_ID = 40

/** "Mobile CTR" → mobile_ctr, or with a number behind it where that is taken. */
export function idOfLabel(label: string, taken: (id: string) => boolean): string {
  const words = label
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
  const named = /^[a-z]/.test(words) ? words : words === '' ? '' : `kpi_${words}`
  const base = named.slice(0, MAX_ID - 3).replace(/_+$/, '')
  if (base === '' || !taken(base)) return base
  for (let n = 2; ; n++) if (!taken(`${base}_${n}`)) return `${base}_${n}`
}

export const sameDraft = (a: KpiDraft, b: KpiDraft): boolean =>
  JSON.stringify(a) === JSON.stringify(b)

/** As it is sent. `id` is for one whose id follows the label. */
export function definitionOfDraft(draft: KpiDraft, id: string): unknown {
  const help = draft.help.trim()
  return {
    id,
    label: draft.label,
    formula: formulaOf(draft, { whole: false }),
    better: draft.better,
    ...(unitOf(draft) !== unitsOf(draft)[0] && { unit: unitOf(draft) }),
    ...(help !== '' && { help }),
  }
}
