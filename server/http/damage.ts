import { z } from 'zod'
import type { DamageAnswer } from '../../lib/api.ts'
import type { DamageCell } from '../../lib/frames.ts'
import { damagedRows, lostPanes, damageCell as readCell } from '../damage/damage-report.ts'
import type { ApiContext } from './api-context.ts'
import { wholeNumber } from './query-fields.ts'
import { answer, route } from './route.ts'
import { count, epochMs } from './wire.ts'

const DEFAULT_LIMIT = 50
const MAX_LIMIT = 200

const table = z.string().describe('The table of the store that the row was in')
const key = z
  .record(z.string(), z.union([z.string(), z.number()]))
  .describe('The columns that found it')
const tables = z.array(z.strictObject({ table, rows: count }))
const row = { id: count, table, key, why: z.string(), foundAt: epochMs }

export const damageCell: z.ZodType<DamageCell> = z.strictObject({
  tables,
  newest: z.array(z.strictObject(row)),
  differences: z
    .array(z.strictObject({ since: epochMs, text: z.string() }))
    .describe('Sums that have to agree and do not, compared at each start and once an hour'),
})

const damageAnswer: z.ZodType<DamageAnswer> = z.strictObject({
  asOf: epochMs,
  tables,
  lostPanes: count.describe('Panes that lack something for good: answers say where'),
  damaged: z.array(
    z.strictObject({
      ...row,
      bytes: count.describe('How long what it held is'),
      held: z.string().describe('Its first 4 KiB, base64; empty where too much is kept already'),
    }),
  ),
  next: count.nullable().describe('Pass as "before" for the next page; null at the end'),
})

export const damageRoute = (context: ApiContext) =>
  route({
    method: 'GET',
    path: '/api/v1/damage',
    summary: 'Rows of the store that were damaged and set aside, newest first',
    query: z.strictObject({
      limit: wholeNumber('limit', { min: 1, max: MAX_LIMIT }).optional(),
      before: wholeNumber('before', { min: 0, max: Number.MAX_SAFE_INTEGER }).optional(),
    }),
    answer: { status: 200, description: 'A page of damaged rows', schema: damageAnswer },
    async handle({ query: { limit = DEFAULT_LIMIT, before } }) {
      const [db, streamId] = [context.db(), context.streamId()]
      const rows = await damagedRows(db, streamId, { limit: limit + 1, before })
      const damaged = rows.slice(0, limit)
      return answer({
        asOf: context.clock.now(),
        tables: (await readCell(db, streamId)).tables,
        lostPanes: await lostPanes(db, streamId),
        damaged,
        next: rows.length > limit ? (damaged.at(-1)?.id ?? null) : null,
      })
    },
  })
