import { z } from 'zod'
import type { SeriesAnswer } from '../../lib/api.ts'
import { unknownKpi } from '../../lib/kpi-catalog.ts'
import { HOUR_MS, MINUTE_MS, parseTime, SECOND_MS } from '../../lib/time.ts'
import { filterSchema } from '../../lib/view.ts'
import { WINDOW_IDS, WINDOWS } from '../../lib/windows.ts'
import { type ApiContext, fromPipeline } from './api-context.ts'
import { kpiUnit } from './kpis.ts'
import { problem } from './problem.ts'
import { filterParameter } from './query-fields.ts'
import { answer, refuse, route } from './route.ts'
import { count, epochMs, kpiValue } from './wire.ts'

export const MAX_POINTS = 2_000

const STEPS = {
  '1s': SECOND_MS,
  '5s': 5 * SECOND_MS,
  '10s': 10 * SECOND_MS,
  '30s': 30 * SECOND_MS,
  '1m': MINUTE_MS,
  '5m': 5 * MINUTE_MS,
  '10m': 10 * MINUTE_MS,
  '1h': HOUR_MS,
} as const
type Step = keyof typeof STEPS
const STEP_NAMES = Object.keys(STEPS) as [Step, ...Step[]]

const seriesAnswer: z.ZodType<SeriesAnswer> = z.strictObject({
  asOf: epochMs,
  kpi: z.string(),
  unit: kpiUnit,
  filter: filterSchema.exactOptional(),
  from: epochMs,
  to: epochMs,
  stepMs: count,
  points: z.array(z.strictObject({ t: epochMs, value: kpiValue, open: z.boolean() })),
})

const query = z.strictObject({
  window: z.enum(WINDOW_IDS).default('15m').describe('How far back the series reaches'),
  step: z.enum(STEP_NAMES).optional().describe('How long one point is; the chart’s step if absent'),
  filter: filterParameter.optional(),
  to: z
    .string()
    .transform((text, context) => {
      const at = parseTime(text)
      if (at !== undefined) return at
      const message = '"to" must be an RFC 3339 time, such as 2026-01-31T09:00:00Z'
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    })
    .optional()
    .describe('The end of the series, an RFC 3339 time; now if absent'),
})

export const seriesRoute = (context: ApiContext) =>
  route({
    method: 'GET',
    path: '/api/v1/kpis/{id}/series',
    summary: 'One KPI over time, a value for each step',
    params: { id: `The KPI: one of ${context.catalog.kpis.map(({ id }) => id).join(', ')}` },
    query,
    answer: { status: 200, description: 'The series', schema: seriesAnswer },
    problems: [404],
    async handle({ params, query: { window, step, filter, to } }) {
      const { id: kpi = '' } = params
      if (context.catalog.kpi(kpi) === undefined) {
        return refuse(problem(404, unknownKpi(context.catalog, kpi)))
      }
      const { spanMs, chart } = WINDOWS[window]
      const stepMs = step === undefined ? chart.stepMs : STEPS[step]
      const wrong = stepProblem(spanMs, stepMs)
      if (wrong !== undefined) {
        return refuse(problem(400, wrong, [{ field: 'step', message: wrong }]))
      }
      const question = {
        kpi,
        spanMs,
        stepMs,
        ...(filter !== undefined && { filter }),
        ...(to !== undefined && { to }),
      }
      return answer(await fromPipeline(context.pipeline().series(question)))
    },
  })

/** What is wrong with the step, and the nearest one that would do. */
export function stepProblem(spanMs: number, stepMs: number): string | undefined {
  if (stepMs > spanMs) {
    const best = STEP_NAMES.findLast((name) => STEPS[name] <= spanMs)
    return `"step" is longer than the window: use step=${best} or shorter`
  }
  const points = Math.ceil(spanMs / stepMs)
  if (points <= MAX_POINTS) return undefined
  const best = STEP_NAMES.find((name) => spanMs / STEPS[name] <= MAX_POINTS)
  return `"step" makes ${points} points of this window, and ${MAX_POINTS} are the most: use step=${best} or longer`
}
