import { z } from 'zod'
import type { KpisAnswer } from '../../lib/api.ts'
import type { Catalog } from '../../lib/kpi-catalog.ts'
import { DIMENSIONS, type Dimension, type KpiId, type KpiUnit, RANKED_BY } from '../../lib/kpis.ts'
import { filterSchema } from '../../lib/view.ts'
import { DEFAULT_WINDOW, WINDOW_IDS } from '../../lib/windows.ts'
import type { KpisQuery } from '../pipeline-port.ts'
import { type ApiContext, fromPipeline } from './api-context.ts'
import { problem } from './problem.ts'
import { filterParameter, kpiParameter, wholeNumber } from './query-fields.ts'
import { answer, refuse, route } from './route.ts'
import { count, epochMs, kpiValue } from './wire.ts'

const DEFAULT_LIMIT = 10
const MAX_LIMIT = 100

const kpiId = z.string()
export const kpiUnit: z.ZodType<KpiUnit> = z.enum([
  'per_second',
  'count',
  'percent',
  'per_hour',
  'per_mille',
  'ms',
])
const kpiValues = z.record(kpiId, kpiValue)

const kpisAnswer: z.ZodType<KpisAnswer> = z.strictObject({
  asOf: epochMs,
  window: z.enum(WINDOW_IDS),
  spanMs: count,
  filter: filterSchema.exactOptional(),
  kpis: z.record(kpiId, z.strictObject({ value: kpiValue, before: kpiValue, unit: kpiUnit })),
  by: z
    .strictObject({
      dimension: z.enum(DIMENSIONS),
      rankedBy: kpiId,
      rows: z.array(z.strictObject({ key: z.string(), kpis: kpiValues })),
      other: kpiValues.nullable(),
      keys: count,
    })
    .exactOptional(),
})

const queryOf = (catalog: Catalog) =>
  z.strictObject({
    window: z.enum(WINDOW_IDS).default(DEFAULT_WINDOW),
    filter: filterParameter.optional(),
    by: z.enum(DIMENSIONS).optional(),
    limit: wholeNumber('limit', { min: 1, max: MAX_LIMIT })
      .optional()
      .describe(`With "by": how many keys, 1 to ${MAX_LIMIT}; ${DEFAULT_LIMIT} if absent`),
    rank: kpiParameter('rank', catalog).optional(),
  })

export const kpisRoute = (context: ApiContext) =>
  route({
    method: 'GET',
    path: '/api/v1/kpis',
    summary: 'Every KPI over a sliding window, in total or for the first keys of a dimension',
    query: queryOf(context.catalog),
    answer: { status: 200, description: 'The KPIs', schema: kpisAnswer },
    async handle({ query: { window, filter, by, limit, rank } }) {
      const needless = by === undefined ? (['limit', 'rank'] as const) : []
      const errors = needless
        .filter((name) => (name === 'limit' ? limit : rank) !== undefined)
        .map((field) => ({ field, message: `"${field}" needs "by": add by=page, or leave it out` }))
      if (errors.length > 0) {
        return refuse(problem(400, errors.map((error) => error.message).join('. '), errors))
      }
      const question: KpisQuery = {
        window,
        ...(filter !== undefined && { filter }),
        ...(by !== undefined && { by: ranking(by, limit, rank) }),
      }
      return answer(await fromPipeline(context.pipeline().kpis(question)))
    },
  })

const ranking = (
  dimension: Dimension,
  limit = DEFAULT_LIMIT,
  rankedBy: KpiId = RANKED_BY[dimension],
): NonNullable<KpisQuery['by']> => ({ dimension, limit, rankedBy })
