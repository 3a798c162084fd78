import { z } from 'zod'
import { currencyOf, MAX_TYPE_LENGTH } from './event.ts'
import { NUMBER_CONDITION_FIELDS, TEXT_CONDITION_FIELDS } from './event-filter.ts'
import { formulaText } from './kpi-formula-text.ts'
import type { Kpi, KpiFormula, KpiUnit } from './kpis.ts'

/** A KPI as a team writes it down: the vocabulary that the built-in ones are made of, too. */

const MAX_CONDITIONS = 8
const MAX_TEXTS = 50

const texts = z
  .union([z.string(), z.array(z.string()).min(1).max(MAX_TEXTS)], {
    error: `must be a text, or a list of 1 to ${MAX_TEXTS} of them`,
  })
  .transform((value) => (typeof value === 'string' ? [value] : value))
  .pipe(z.array(z.string()))

const textField = z.union(
  [z.enum(TEXT_CONDITION_FIELDS), z.templateLiteral(['props.', z.string()])],
  {
    error: `must be one of ${TEXT_CONDITION_FIELDS.join(', ')}, or props. and a name`,
  },
)
const numberField = z.enum(NUMBER_CONDITION_FIELDS, {
  error: `must be one of ${NUMBER_CONDITION_FIELDS.join(', ')}`,
})

/** Currencies are compared as they are kept: in capitals. */
const asKept = (field: string, texts: readonly string[]): string[] =>
  texts.map((text) => (field === 'currency' ? (currencyOf(text) ?? text) : text))

const condition = z.union(
  [
    z
      .strictObject({ field: textField, is: texts })
      .overwrite(({ field, is }) => ({ field, is: asKept(field, is) })),
    z
      .strictObject({ field: textField, not: texts })
      .overwrite(({ field, not }) => ({ field, not: asKept(field, not) })),
    z.strictObject({ field: numberField, atLeast: z.number() }),
    z.strictObject({ field: numberField, below: z.number() }),
  ],
  {
    error:
      'must be a "field" with "is" or "not" (a text or a list of them), or with "atLeast" or "below" (a number)',
  },
)

const eventFilter = z.strictObject({
  type: z
    .string()
    .min(1, 'must be the type of an event, such as "page_view"')
    .max(MAX_TYPE_LENGTH, `must be at most ${MAX_TYPE_LENGTH} characters`)
    .exactOptional(),
  where: z
    .array(condition)
    .min(1, 'must hold a condition: leave "where" out for all events')
    .max(MAX_CONDITIONS, `must hold at most ${MAX_CONDITIONS} conditions`)
    .exactOptional(),
})

const moneyField = z.enum(['cost', 'revenue'], { error: 'must be "cost" or "revenue"' })

/** As it is written down; out comes a `KpiFormula`. */
export const kpiFormulaSchema = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('count'), of: eventFilter }),
    z.strictObject({ kind: z.literal('ratio'), over: eventFilter, under: eventFilter }),
    z.strictObject({
      kind: z.literal('distinct'),
      field: z.enum(['visitor', 'session'], { error: 'must be "visitor" or "session"' }),
      of: eventFilter.exactOptional(),
    }),
    z.strictObject({
      kind: z.literal('money'),
      field: moneyField,
      of: eventFilter.exactOptional(),
    }),
    z.strictObject({
      kind: z.literal('money_per'),
      field: moneyField,
      of: eventFilter.exactOptional(),
      under: eventFilter,
      times: z.literal(1_000, 'must be 1000: it is shown per 1,000').default(1_000),
    }),
    z.strictObject({
      kind: z.literal('quantile'),
      field: z.literal('duration_ms', 'must be "duration_ms"'),
      of: eventFilter.exactOptional(),
      q: z.number().gt(0, 'must be between 0 and 1').lt(1, 'must be between 0 and 1'),
    }),
  ],
  { error: 'must be one of "count", "ratio", "distinct", "money", "money_per", "quantile"' },
)

/** What a formula is shown in; the first where nothing is said. */
const UNITS: Record<KpiFormula['kind'], readonly [KpiUnit, ...KpiUnit[]]> = {
  count: ['per_second', 'count'],
  ratio: ['percent'],
  distinct: ['count'],
  money: ['per_hour'],
  money_per: ['per_mille'],
  quantile: ['ms'],
}

const ALL_UNITS = [...new Set(Object.values(UNITS).flat())] as [KpiUnit, ...KpiUnit[]]

export const kpiUnitSchema = z.enum(ALL_UNITS, { error: `must be one of ${ALL_UNITS.join(', ')}` })

const MAX_ID = 40
const MAX_LABEL = 32
const MAX_HELP = 300

const betterWay = z.enum(['up', 'down', 'none'], { error: 'must be "up", "down" or "none"' })

const idField = z
  .string()
  .regex(/^[a-z][a-z0-9_]*$/, 'must be small letters, digits and _, and begin with a letter')
  .max(MAX_ID, `must be at most ${MAX_ID} characters`)

const fields = {
  label: z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(MAX_LABEL, `must be at most ${MAX_LABEL} characters`),
  formula: kpiFormulaSchema,
  unit: kpiUnitSchema.exactOptional(),
  better: betterWay.default('none'),
  help: z.string().max(MAX_HELP, `must be at most ${MAX_HELP} characters`).exactOptional(),
}

/** As it is kept; `kpiOfDefinition` makes the KPI of it. */
export const kpiDefinitionSchema = z
  .strictObject({ id: idField, ...fields })
  .superRefine((kpi, context) => {
    const units = UNITS[kpi.formula.kind]
    if (kpi.unit === undefined || units.includes(kpi.unit)) return
    const message = `must be ${units.map((unit) => `"${unit}"`).join(' or ')} for a formula of the kind "${kpi.formula.kind}"`
    context.addIssue({ code: 'custom', path: ['unit'], message })
  })
export type KpiDefinition = z.output<typeof kpiDefinitionSchema>

/** What may be changed of one; its id may not. `null`: as it is where nothing is said. */
export const kpiPatchSchema = z.strictObject({
  label: fields.label.exactOptional(),
  formula: fields.formula.exactOptional(),
  unit: fields.unit.unwrap().nullable().exactOptional(),
  better: betterWay.exactOptional(),
  help: fields.help.unwrap().nullable().exactOptional(),
})
export type KpiPatch = z.output<typeof kpiPatchSchema>

export function kpiOfDefinition({ id, label, formula, unit, better, help }: KpiDefinition): Kpi {
  return {
    id,
    label,
    formula,
    unit: unit ?? UNITS[formula.kind][0],
    better,
    help: help ?? formulaText(formula),
  }
}

/** As a team would write it down: what would be so anyway is left out. */
export function definitionOf({ id, label, formula, unit, better, help }: Kpi): KpiDefinition {
  return {
    id,
    label,
    formula: kpiFormulaSchema.parse(formula),
    ...(unit !== UNITS[formula.kind][0] && { unit }),
    better,
    ...(help !== formulaText(formula) && { help }),
  }
}

/** As it stands in a file of KPIs. */
export const definitionText = (kpi: Kpi): string => {
  const { better, ...definition } = definitionOf(kpi)
  return JSON.stringify({ ...definition, ...(better !== 'none' && { better }) }, null, 2)
}

/** The units that a formula can be shown in, the usual one first. */
export const unitsOf = ({ kind }: Pick<KpiFormula, 'kind'>): readonly KpiUnit[] => UNITS[kind]

/** The definition with a patch over it, to be checked as a whole. A unit that the new formula cannot have goes. */
export function patchedDefinition(
  definition: KpiDefinition,
  { unit, help, ...patch }: KpiPatch,
): KpiDefinition {
  const { unit: unitBefore, help: helpBefore, ...before } = definition
  const next = { ...before, ...patch }
  const kept = unitBefore !== undefined && unitsOf(next.formula).includes(unitBefore)
  const nextUnit = unit === undefined ? (kept ? unitBefore : null) : unit
  const nextHelp = help === undefined ? (helpBefore ?? null) : help
  return {
    ...next,
    ...(nextUnit !== null && { unit: nextUnit }),
    ...(nextHelp !== null && { help: nextHelp }),
  }
}
