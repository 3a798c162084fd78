import { z } from 'zod'
import { ALERT_ENDINGS, type AlertEvent } from '../../lib/alert-rule.ts'
import { kpiValueSchema } from '../../lib/kpi-value-schema.ts'
import type { ApiContext } from './api-context.ts'
import { wholeNumber } from './query-fields.ts'
import { answer, route } from './route.ts'
import { count, epochMs, ruleAnswer } from './wire.ts'

const DEFAULT_LIMIT = 50
const MAX_LIMIT = 200

const alertEvent: z.ZodType<AlertEvent> = z.strictObject({
  id: count,
  ruleId: z.string(),
  rule: ruleAnswer.describe('The rule as it was when it fired'),
  firedAt: epochMs,
  clearedAt: epochMs.nullable().describe('null: it still fires'),
  cleared: z
    .enum(ALERT_ENDINGS)
    .nullable()
    .describe(
      '"value": it came back within its threshold; "no_data": there is no value any more, so nobody knows; "stream_anew": the stream was deleted and created again',
    ),
  value: kpiValueSchema,
  peak: kpiValueSchema,
})

export const alertEventsRoute = (context: ApiContext) =>
  route({
    method: 'GET',
    path: '/api/v1/alerts/events',
    summary: 'Every time a threshold fired, newest first',
    query: z.strictObject({
      limit: wholeNumber('limit', { min: 1, max: MAX_LIMIT }).optional(),
      before: wholeNumber('before', { min: 0, max: Number.MAX_SAFE_INTEGER }).optional(),
    }),
    answer: {
      status: 200,
      description: 'A page of alert events',
      schema: z.strictObject({
        events: z.array(alertEvent),
        next: count.nullable().describe('Pass as "before" for the next page; null at the end'),
      }),
    },
    async handle({ query: { limit = DEFAULT_LIMIT, before } }) {
      const events = await context.rules().events({ limit: limit + 1, before })
      const shown = events.slice(0, limit)
      const next = events.length > limit ? (shown.at(-1)?.id ?? null) : null
      return answer({ events: shown, next })
    },
  })
