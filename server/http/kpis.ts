import { z } from 'zod'
import type { KpisAnswer } from '../../lib/api.ts'
import type { Catalog } from '../../lib/kpi-catalog.ts'
import type { AskedRange, KpisQuery } from '../../lib/kpi-questions.ts'
import { kpiValueSchema } from '../../lib/kpi-value-schema.ts'
import { DIMENSIONS, type KpiUnit, rankedBy } from '../../lib/kpis.ts'
import { filterList, filtersSchema } from '../../lib/view.ts'
import { DEFAULT_WINDOW, WINDOW_IDS, WINDOWS } from '../../lib/windows.ts'
import { type ApiContext, fromPipeline } from './api-context.ts'
import { ANSWER_BY_KEY_TIMEOUT_MS, askedRange, timeParameters } from './asked-time.ts'
import { askedIncarnation, incarnationParameter, ofIncarnation } from './incarnation-wire.ts'
import { kpisCsv } from './kpi-csv.ts'
import { bomParameter, formatParameter } from './media.ts'
import {
  crossedErrors,
  filterParameter,
  kpiParameter,
  needsBy,
  wholeNumber,
} from './query-fields.ts'
import { loadOf } from './question-load.ts'
import { badFields } from './read-input.ts'
import { answerAs, refuse, route } from './route.ts'
import { count, epochMs } from './wire.ts'

const DEFAULT_LIMIT = 10
const MAX_LIMIT = 1_000

const kpiId = z.string()
export const kpiUnit: z.ZodType<KpiUnit> = z.enum([
  'per_second',
  'count',
  'percent',
  'per_hour',
  'per_mille',
  'ms',
])
export const measuredFrom = epochMs.describe(
  'Where crossed dimensions were not measured for all of the range: since when',
)
export const foldedPairs = count.describe(
  'Under a filter: pairs of keys, about, that were too light to be kept apart; some may belong here',
)
const incomplete = z
  .array(z.strictObject({ from: epochMs, to: epochMs }))
  .describe(
    'Where something is missing for good, because what was stored of it is damaged; also of the range before',
  )
const COVERED =
  'How much of the range is over and known, ms: divide counts and money by this for a rate. 0: nothing is'
const kpiValues = z.record(kpiId, kpiValueSchema)

const kpisAnswer: z.ZodType<KpisAnswer> = z.strictObject({
  asOf: epochMs,
  window: z.enum(WINDOW_IDS).exactOptional().describe('The window by its name, if it has one'),
  from: epochMs,
  to: epochMs.describe('The end, epoch milliseconds; it is not in the range'),
  spanMs: count,
  alignedToMs: count.describe('Both ends are multiples of it'),
  ...ofIncarnation,
  filter: filtersSchema.exactOptional(),
  measuredFrom: measuredFrom.exactOptional(),
  incomplete: incomplete.exactOptional(),
  kpis: z.record(
    kpiId,
    z.strictObject({
      value: kpiValueSchema,
      before: kpiValueSchema,
      unit: kpiUnit,
      coveredMs: count.describe(COVERED),
      beforeCoveredMs: count.describe('As much of the range before'),
      measuredFrom: measuredFrom.exactOptional(),
    }),
  ),
  by: z
    .strictObject({
      dimension: z.enum(DIMENSIONS),
      rankedBy: kpiId,
      coveredMs: z.record(kpiId, count).describe(`Of the values by key: ${COVERED}`),
      rows: z.array(z.strictObject({ key: z.string(), kpis: kpiValues })),
      other: kpiValues.nullable(),
      keys: count,
      foldedPairs: foldedPairs.exactOptional(),
      measuredFrom: measuredFrom.exactOptional(),
      incomplete: incomplete.exactOptional(),
    })
    .exactOptional(),
})

const queryOf = (catalog: Catalog) =>
  z.strictObject({
    ...timeParameters(DEFAULT_WINDOW),
    filter: filterParameter.optional(),
    by: z.enum(DIMENSIONS).optional(),
    limit: wholeNumber('limit', { min: 1, max: MAX_LIMIT })
      .optional()
      .describe(`With "by": how many keys, 1 to ${MAX_LIMIT}; ${DEFAULT_LIMIT} if absent`),
    rank: kpiParameter('rank', catalog).optional(),
    incarnation: incarnationParameter,
    format: formatParameter,
    bom: bomParameter,
  })

export const kpisRoute = (context: ApiContext) =>
  route({
    method: 'GET',
    path: '/api/v1/kpis',
    summary: 'Every KPI over a range of time, in total or for the first keys of a dimension',
    query: queryOf(context.kpis.catalog),
    repeats: ['filter'],
    answer: { status: 200, description: 'The KPIs', schema: kpisAnswer },
    csv: kpisCsv,
    load: (asked) => loadOf(asked, context.clock.now()),
    async handle({ query: { filter, by, limit, rank, incarnation, ...time }, wanted }) {
      const errors = [
        ...(by === undefined ? needsBy({ limit, rank }) : []),
        ...crossedErrors(context.kpis.catalog, { filter, by }),
      ]
      const asked = askedRange(time, WINDOWS[DEFAULT_WINDOW].spanMs, context.clock.now())
      if (!asked.ok) return refuse(badFields([...errors, ...asked.errors]))
      const of = await askedIncarnation(context, incarnation)
      if (!of.ok) errors.push(...of.errors)
      if (errors.length > 0) return refuse(badFields(errors))
      const question: KpisQuery = {
        ...named(asked.range),
        ...(incarnation !== undefined && { incarnation }),
        ...(filter !== undefined && { filter }),
        ...(by !== undefined && {
          by: {
            dimension: by,
            limit: limit ?? DEFAULT_LIMIT,
            rankedBy: rank ?? rankedBy(by, filterList(filter)[0]?.dimension),
          },
        }),
      }
      const timeoutMs = by === undefined ? undefined : ANSWER_BY_KEY_TIMEOUT_MS
      return answerAs(await fromPipeline(context.pipeline().kpis(question, wanted), timeoutMs))
    },
  })

/** A window that has a name is asked for by it. */
function named(range: AskedRange) {
  if (!('spanMs' in range) || range.to !== undefined) return range
  const window = WINDOW_IDS.find((id) => WINDOWS[id].spanMs === range.spanMs)
  return window === undefined ? range : { window }
}
