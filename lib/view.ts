import { z } from 'zod'
import { MAX_TYPE_LENGTH } from './event.ts'
import { kpiFormulaSchema, kpiUnitSchema } from './kpi-definition.ts'
import { formulaName } from './kpi-formula-parts.ts'
import { DIMENSIONS } from './kpis.ts'
import { PREVIEW_WINDOW_IDS, WINDOW_IDS } from './windows.ts'

/** Only events whose dimension has this key. */
export const filterSchema = z.strictObject({
  dimension: z.enum(DIMENSIONS),
  key: z.string().min(1).max(2_048),
})
export type Filter = z.infer<typeof filterSchema>

/** What a browser can watch. Everyone who watches an equal view shares its frames. */
export const viewSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('overview'),
    window: z.enum(WINDOW_IDS),
    /** An id of the catalog. */
    kpi: z.string().min(1).max(64),
    filter: filterSchema.optional(),
  }),
  z.strictObject({ kind: z.literal('shards') }),
  /** One shard with its parents and children. */
  z.strictObject({ kind: z.literal('shard'), shardId: z.string().min(1).max(128) }),
  z.strictObject({
    kind: z.literal('spend'),
    window: z.enum(WINDOW_IDS),
    filter: filterSchema.optional(),
  }),
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
    types: z.array(z.string().max(MAX_TYPE_LENGTH)).max(2),
  }),
  z.strictObject({ kind: z.literal('alerts') }),
  /** Status and firing alerts only: what every page shows. */
  z.strictObject({ kind: z.literal('status') }),
])
export type View = z.infer<typeof viewSchema>

/** Equal views have equal keys. */
export function viewKey(view: View): string {
  const filter =
    'filter' in view && view.filter !== undefined
      ? `${view.filter.dimension}=${view.filter.key}`
      : ''
  switch (view.kind) {
    case 'overview':
      return `overview|${view.window}|${view.kpi}|${filter}`
    case 'spend':
      return `spend|${view.window}|${filter}`
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
