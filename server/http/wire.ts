import { z } from 'zod'
import { type AlertRule, ruleFields } from '../../lib/alert-rule.ts'
import type { Fates } from '../../lib/fates.ts'
import type { Health } from '../../lib/frames.ts'
import { filtersSchema } from '../../lib/view.ts'

/** What answers are made of, as schemas: the OpenAPI document is written from them. */

export const epochMs = z.number().describe('Epoch milliseconds')
export const amount = z.string().describe('An exact decimal, such as "12.345678"')
export const count = z.int()

export const fates: z.ZodType<Fates> = z.strictObject({
  applied: count,
  duplicate: count,
  rejected: count,
  late: count.describe('Of "applied": they came after newer events of their shard'),
  clamped: count.describe(
    'Of "applied": their time lay in the future, they count at their arrival',
  ),
  beyond: count.describe(
    'Of "applied": older than all that is kept, so they are in the totals and no window shows them',
  ),
})

export const health: z.ZodType<Health> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('starting') }),
  z.strictObject({ kind: z.literal('ok') }),
  z.strictObject({
    kind: z.literal('trouble'),
    since: epochMs,
    problem: z.string(),
    remedy: z.string(),
  }),
])

export const demoState = z.enum(['on', 'off', 'none'])

/** As a rule is answered. */
export const ruleAnswer = z.strictObject({
  ...ruleFields.shape,
  filter: filtersSchema.optional(),
})

export const alertRule: z.ZodType<AlertRule> = z.strictObject({
  ...ruleAnswer.shape,
  id: z.string(),
  createdAt: epochMs,
  updatedAt: epochMs,
  sample: z.boolean(),
})
