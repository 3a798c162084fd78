import { z } from 'zod'
import { inOrder } from './crossed.ts'
import { MAX_TYPE_LENGTH } from './event.ts'
import { kpiFormulaSchema, kpiUnitSchema } from './kpi-definition.ts'
import { formulaName } from './kpi-formula-parts.ts'
import { DIMENSIONS } from './kpis.ts'
import { isFixed, type Period } from './period.ts'
import { LATEST_MS, SECOND_MS } from './time.ts'
import { PREVIEW_WINDOW_IDS, WINDOW_IDS } from './windows.ts'

/** Keys are cut at less; a page's address may be longer before it is. */
const MAX_FILTER_KEY_LENGTH = 2_048
/** Longer than any id of a KPI. */
export const MAX_KPI_ID_LENGTH = 64
/** As AWS. */
export const MAX_SHARD_ID_LENGTH = 128
const MAX_INCARNATION = 1_000_000
/** Those of what is counted, and of what it is divided by. */
const MAX_PREVIEW_TYPES = 2

/** Only events whose dimension has this key. */
export const filterSchema = z.strictObject({
  dimension: z.enum(DIMENSIONS),
  key: z.string().min(1).max(MAX_FILTER_KEY_LENGTH),
})
export type Filter = z.infer<typeof filterSchema>

/** Only events that pass: one filter, or two of crossed dimensions, which must both hold, in the order of `DIMENSIONS`. */
export type Filters = Filter | [Filter, Filter]

/** As it is answered. */
export const filtersSchema = z.union([filterSchema, z.tuple([filterSchema, filterSchema])], {
  error: `must be a filter with a "dimension" (${DIMENSIONS.join(', ')}) and a "key", or a list of two`,
})

/** As it is asked: in any order. Whether the two are crossed is not looked at. */
export const askedFilters = filtersSchema.transform((filters) => filtersOf(filterList(filters)))

export const filterList = (filters: Filters | undefined): readonly Filter[] =>
  filters === undefined ? [] : Array.isArray(filters) ? filters : [filters]

export const sameFilters = (some: readonly Filter[], others: readonly Filter[]): boolean =>
  some.length === others.length &&
  some.every(({ dimension, key }, at) => {
    const other = others[at]
    return other?.dimension === dimension && other.key === key
  })

/** undefined: all events. More than two are one too many. */
export function filtersOf(list: readonly [Filter, ...Filter[]]): Filters
export function filtersOf(list: readonly Filter[]): Filters | undefined
export function filtersOf(list: readonly Filter[]): Filters | undefined {
  const [first, second] = inOrder(list)
  return first === undefined || second === undefined ? first : [first, second]
}

/** A fixed stretch of event time, at least a second. What of it is not kept any more is cut off. */
export const rangeSchema = z
  .strictObject({
    from: z.int().nonnegative().max(LATEST_MS),
    to: z.int().nonnegative().max(LATEST_MS),
  })
  .refine(({ from, to }) => to - from >= SECOND_MS)

const overviewFields = {
  kind: z.literal('overview'),
  /** An id of the catalog. */
  kpi: z.string().min(1).max(MAX_KPI_ID_LENGTH),
  filter: askedFilters.optional(),
}

const spendFields = {
  kind: z.literal('spend'),
  filter: filterSchema.optional(),
}

const fixedFields = {
  range: rangeSchema,
  /** Of a stream that was deleted and created again: which one; absent: the one that is read. */
  incarnation: z.int().min(1).max(MAX_INCARNATION).exactOptional(),
}

/** Of the past: it changes only where late events come to it. */
const fixedViewSchema = z.discriminatedUnion('kind', [
  z.strictObject({ ...overviewFields, ...fixedFields }),
  z.strictObject({ ...spendFields, ...fixedFields }),
])

const liveViewSchema = z.discriminatedUnion('kind', [
  z.strictObject({ ...overviewFields, window: z.enum(WINDOW_IDS) }),
  z.strictObject({ kind: z.literal('shards') }),
  /** One shard with its parents and children. */
  z.strictObject({ kind: z.literal('shard'), shardId: z.string().min(1).max(MAX_SHARD_ID_LENGTH) }),
  z.strictObject({ ...spendFields, window: z.enum(WINDOW_IDS) }),
  /** A KPI that is being composed. */
  z.strictObject({
    kind: z.literal('preview'),
    window: z.enum(PREVIEW_WINDOW_IDS),
    /** Both absent while the draft is not whole. */
    formula: kpiFormulaSchema.exactOptional(),
    unit: kpiUnitSchema.exactOptional(),
    /** The first keys of it are wanted, too. */
    dimension: z.enum(DIMENSIONS).exactOptional(),
    /** Types of events whose fields are wanted; none: of every type. */
    types: z.array(z.string().max(MAX_TYPE_LENGTH)).max(MAX_PREVIEW_TYPES),
  }),
  z.strictObject({ kind: z.literal('alerts') }),
  /** Status and firing alerts only: what every page shows. */
  z.strictObject({ kind: z.literal('status') }),
])

/** What a browser can watch. Everyone who watches an equal view shares its frames. */
export const viewSchema = z.union([liveViewSchema, fixedViewSchema])
export type View = z.infer<typeof viewSchema>

export type PeriodView = Extract<View, { kind: 'overview' | 'spend' }>

export const periodOf = (view: PeriodView): Period => ('range' in view ? view.range : view.window)

/** The part of a view that says what it is over. Only the past can be of a former stream. */
export const overPeriod = (period: Period, incarnation?: number) => {
  if (!isFixed(period)) return { window: period }
  return { range: period, ...(incarnation !== undefined && { incarnation }) }
}

/** Which stream of its name a view is of; undefined: the one that is read. */
export const incarnationOf = (view: PeriodView): number | undefined =>
  'range' in view ? view.incarnation : undefined

/** Equal views have equal keys. */
export function viewKey(view: View): string {
  const filter =
    'filter' in view
      ? filterList(view.filter)
          .map(({ dimension, key }) => `${dimension}=${JSON.stringify(key)}`)
          .join('&')
      : ''
  switch (view.kind) {
    case 'overview':
      return `overview|${periodKey(view)}|${view.kpi}|${filter}`
    case 'spend':
      return `spend|${periodKey(view)}|${filter}`
    case 'preview': {
      const { window, formula, unit = '', dimension = '', types } = view
      const name = formula === undefined ? '' : formulaName(formula)
      return `preview|${window}|${unit}|${dimension}|${JSON.stringify(types)}|${name}`
    }
    case 'shard':
      return `shard|${view.shardId}`
    case 'shards':
    case 'alerts':
    case 'status':
      return view.kind
  }
}

function periodKey(view: PeriodView): string {
  const period = periodOf(view)
  if (!isFixed(period)) return period
  const incarnation = incarnationOf(view)
  return `${period.from}-${period.to}${incarnation === undefined ? '' : ` of ${incarnation}`}`
}
