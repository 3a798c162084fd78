import { z } from 'zod'
import type { SeriesAnswer } from '../../lib/api.ts'
import { unknownKpi } from '../../lib/kpi-catalog.ts'
import type { SeriesQuery } from '../../lib/kpi-questions.ts'
import { kpiValueSchema } from '../../lib/kpi-value-schema.ts'
import { DIMENSIONS, type Dimension, type Kpi, type KpiId, rankedBy } from '../../lib/kpis.ts'
import { filterList, filtersSchema } from '../../lib/view.ts'
import { WINDOWS } from '../../lib/windows.ts'
import { type ApiContext, fromPipeline } from './api-context.ts'
import {
  ANSWER_BY_KEY_TIMEOUT_MS,
  askedRange,
  durationParameter,
  timeParameters,
} from './asked-time.ts'
import { askedIncarnation, incarnationParameter, ofIncarnation } from './incarnation-wire.ts'
import { seriesCsv } from './kpi-csv.ts'
import { foldedPairs, kpiUnit, measuredFrom } from './kpis.ts'
import { bomParameter, formatParameter } from './media.ts'
import { type FieldError, problem } from './problem.ts'
import { crossedErrors, filterParameter, needsBy, wholeNumber } from './query-fields.ts'
import { loadOf } from './question-load.ts'
import { badFields } from './read-input.ts'
import { answerAs, refuse, route } from './route.ts'
import { stepProblem, usualStep } from './series-step.ts'
import { count, epochMs } from './wire.ts'

const DEFAULT_WINDOW = '15m'
const DEFAULT_LIMIT = 5
const MAX_LIMIT = 20

const point = z.strictObject({
  t: epochMs,
  value: kpiValueSchema,
  open: z.boolean().describe('More may still come in'),
  coveredMs: count
    .exactOptional()
    .describe(
      'How much of the step is over and known, ms: divide counts and money by this for a rate. Absent: all of it',
    ),
  late: count
    .exactOptional()
    .describe(
      'How many events of the step came to the stream over a minute after they happened; absent: none',
    ),
  correctedAt: epochMs
    .exactOptional()
    .describe('When the last of them came: after the step had ended. Absent: it was not corrected'),
  incomplete: z
    .literal(true)
    .exactOptional()
    .describe('Something is missing for good, because what was stored of it is damaged'),
})
const points = z.array(point)

const seriesAnswer: z.ZodType<SeriesAnswer> = z.strictObject({
  asOf: epochMs,
  kpi: z.string(),
  unit: kpiUnit,
  ...ofIncarnation,
  filter: filtersSchema.exactOptional(),
  measuredFrom: measuredFrom.exactOptional(),
  from: epochMs,
  to: epochMs,
  stepMs: count,
  points,
  by: z
    .strictObject({
      dimension: z.enum(DIMENSIONS),
      rankedBy: z.string(),
      series: z.array(z.strictObject({ key: z.string(), points })),
      other: points.nullable().describe('All other keys as one; null: there are none'),
      keys: count,
      foldedPairs: foldedPairs.exactOptional(),
      measuredFrom: measuredFrom.exactOptional(),
    })
    .exactOptional(),
})

const query = z.strictObject({
  ...timeParameters(DEFAULT_WINDOW),
  step: durationParameter(
    'step',
    'How long one point is; if absent, as short as 360 points allow, 180 with "by".',
  ).optional(),
  filter: filterParameter.optional(),
  by: z.enum(DIMENSIONS).optional().describe('A series for each of the first keys, too'),
  limit: wholeNumber('limit', { min: 1, max: MAX_LIMIT })
    .optional()
    .describe(`With "by": how many keys, 1 to ${MAX_LIMIT}; ${DEFAULT_LIMIT} if absent`),
  incarnation: incarnationParameter,
  format: formatParameter,
  bom: bomParameter,
})
type Query = z.output<typeof query>

export const seriesRoute = (context: ApiContext) =>
  route({
    method: 'GET',
    path: '/api/v1/kpis/{id}/series',
    summary: 'One KPI over time, a value for each step',
    params: { id: `The KPI: one of ${context.kpis.catalog.kpis.map(({ id }) => id).join(', ')}` },
    query,
    repeats: ['filter'],
    answer: { status: 200, description: 'The series', schema: seriesAnswer },
    csv: seriesCsv,
    load: (asked) => loadOf(asked, context.clock.now()),
    problems: [404],
    async handle({ params: { id = '' }, query, wanted }) {
      const kpi = context.kpis.catalog.kpi(id)
      if (kpi === undefined) return refuse(problem(404, unknownKpi(context.kpis.catalog, id)))
      const asked = questionOf(context, kpi, query)
      const of = await askedIncarnation(context, query.incarnation)
      const errors = [asked, of].flatMap((each) => (each.ok ? [] : each.errors))
      if (!asked.ok || !of.ok) return refuse(badFields(errors))
      const timeoutMs = query.by === undefined ? undefined : ANSWER_BY_KEY_TIMEOUT_MS
      return answerAs(
        await fromPipeline(context.pipeline().series(asked.question, wanted), timeoutMs),
      )
    },
  })

type Asked = { ok: true; question: SeriesQuery } | { ok: false; errors: FieldError[] }

function questionOf(
  { kpis: { catalog }, clock, retention }: ApiContext,
  kpi: Kpi,
  { step, filter, by, limit, incarnation, ...time }: Query,
): Asked {
  const now = clock.now()
  const errors = [
    ...(by === undefined ? needsBy({ limit }) : []),
    ...crossedErrors(catalog, { filter, by }),
  ]
  const asked = askedRange(time, WINDOWS[DEFAULT_WINDOW].spanMs, now)
  if (!asked.ok) return { ok: false, errors: [...errors, ...asked.errors] }
  const { range, spanMs } = asked
  const stepMs = step ?? usualStep(spanMs, by !== undefined)
  const wrong =
    step === undefined ? undefined : stepProblem(range, { spanMs, stepMs, now, retention })
  if (wrong !== undefined) errors.push({ field: 'step', message: wrong })
  if (errors.length > 0) return { ok: false, errors }
  const question: SeriesQuery = {
    kpi: kpi.id,
    ...range,
    ...(incarnation !== undefined && { incarnation }),
    stepMs,
    ...(filter !== undefined && { filter }),
    ...(by !== undefined && {
      by: {
        dimension: by,
        limit: limit ?? DEFAULT_LIMIT,
        rankedBy: rankOf(kpi, by, filterList(filter)[0]?.dimension),
      },
    }),
  }
  return { ok: true, question }
}

/** The largest ratios and the slowest percentiles are those of the rarest keys: these rank as in the lists. */
function rankOf({ id, formula }: Kpi, dimension: Dimension, under?: Dimension): KpiId {
  switch (formula.kind) {
    case 'count':
    case 'distinct':
    case 'money':
      return id
    case 'ratio':
    case 'money_per':
    case 'quantile':
      return rankedBy(dimension, under)
  }
}
