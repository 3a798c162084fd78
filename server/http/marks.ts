import { z } from 'zod'
import { type KpiMark, MARK_ENDINGS, type MarksAnswer } from '../../lib/kpi-mark.ts'
import { DIMENSIONS } from '../../lib/kpis.ts'
import { DAY_MS } from '../../lib/time.ts'
import { filterSchema } from '../../lib/view.ts'
import { createMarkStore } from '../marks/mark-store.ts'
import type { ApiContext } from './api-context.ts'
import { askedRange, timeParameters } from './asked-time.ts'
import { marksCsv } from './marks-csv.ts'
import { bomParameter, formatParameter } from './media.ts'
import { kpiParameter, wholeNumber } from './query-fields.ts'
import { badFields } from './read-input.ts'
import { answer, refuse, route } from './route.ts'
import { epochMs } from './wire.ts'

const DEFAULT_LIMIT = 50
const MAX_LIMIT = 1_000
const DEFAULT_SPAN_MS = DAY_MS

const kpiMark: z.ZodType<KpiMark> = z.strictObject({
  id: z.string(),
  kpi: z.string(),
  currency: z.string().exactOptional().describe('Of money: the one that left what is usual'),
  of: filterSchema
    .exactOptional()
    .describe("Whose part of the KPI left what is usual for it; absent: the KPI's whole did"),
  direction: z.enum(['up', 'down']),
  factor: z
    .number()
    .nullable()
    .describe('Times what is usual; 0: it stopped; null: nothing is usual'),
  began: epochMs,
  ended: epochMs.nullable().describe('null: it still is so'),
  ending: z
    .enum(MARK_ENDINGS)
    .nullable()
    .describe(
      'back: as usual again; new_normal: so for two hours, which is usual now; lost: nobody watched it end',
    ),
  cause: z
    .strictObject({ dimension: z.enum(DIMENSIONS), key: z.string(), share: z.number() })
    .exactOptional()
    .describe('The key that most of the change comes from, and the part of it, 0 to 1'),
  text: z.string(),
})

const marksAnswer: z.ZodType<MarksAnswer> = z.strictObject({
  asOf: epochMs,
  from: epochMs,
  to: epochMs,
  marks: z.array(kpiMark),
  more: z.boolean().describe('There are older ones: ask with an earlier "to", or a larger "limit"'),
})

export const marksRoute = (context: ApiContext) =>
  route({
    method: 'GET',
    path: '/api/v1/marks',
    summary: 'When a KPI left what is usual for it, and which key explains it, newest first',
    query: z.strictObject({
      ...timeParameters('24h'),
      kpi: kpiParameter('kpi', context.kpis.catalog).optional(),
      limit: wholeNumber('limit', { min: 1, max: MAX_LIMIT })
        .optional()
        .describe(`How many, 1 to ${MAX_LIMIT}; ${DEFAULT_LIMIT} if absent`),
      format: formatParameter,
      bom: bomParameter,
    }),
    answer: { status: 200, description: 'Those that lasted in the range', schema: marksAnswer },
    csv: marksCsv,
    async handle({ query: { kpi, limit = DEFAULT_LIMIT, window, from, to } }) {
      const now = context.clock.now()
      const asked = askedRange({ window, from, to }, DEFAULT_SPAN_MS, now)
      if (!asked.ok) return refuse(badFields(asked.errors))
      const { range, spanMs } = asked
      const end = Math.min(range.to ?? now, now)
      const span = { from: 'from' in range ? range.from : end - spanMs, to: end }
      const store = createMarkStore(context.db(), {
        streamId: context.streamId,
        damage: context.damage(),
      })
      const marks = await store.between({
        ...span,
        ...(kpi !== undefined && { kpi }),
        limit: limit + 1,
      })
      return answer({
        ...{ asOf: now, ...span },
        marks: marks.slice(0, limit),
        more: marks.length > limit,
      })
    },
  })
