import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { DeadLetter, DeadLettersAnswer } from '../../lib/api.ts'
import { REJECT_REASONS, type RejectReason } from '../../lib/rejection.ts'
import { MAX_SHARD_ID_LENGTH } from '../../lib/view.ts'
import type { Damage } from '../damage/damage.ts'
import { expectTimes, readable } from '../damage/readable.ts'
import type { DeadLetterTable, Schema } from '../store/schema.ts'
import type { ApiContext } from './api-context.ts'
import { askedStream, incarnationParameter } from './incarnation-wire.ts'
import { wholeNumber } from './query-fields.ts'
import { badFields } from './read-input.ts'
import { answer, refuse, route } from './route.ts'
import { count, epochMs } from './wire.ts'

const DEFAULT_LIMIT = 50
const MAX_LIMIT = 200

const reason = z.enum(REJECT_REASONS)

const deadLettersAnswer: z.ZodType<DeadLettersAnswer> = z.strictObject({
  asOf: epochMs,
  counts: z.partialRecord(reason, count).describe('All-time, by reason'),
  kept: count.describe('How many are kept with their bytes'),
  letters: z.array(
    z.strictObject({
      id: count,
      shardId: z.string(),
      sequenceNumber: z.string(),
      index: count,
      arrivedAt: epochMs,
      reason,
      app: z.string().nullable().describe('The stream app that failed on it; null: none did'),
      detail: z.string(),
      data: z.strictObject({
        encoding: z.enum(['utf8', 'base64']),
        text: z.string(),
        bytes: count,
        cut: z.boolean(),
      }),
    }),
  ),
  next: count.nullable().describe('Pass as "before" for the next page; null at the end'),
})

const query = z.strictObject({
  limit: wholeNumber('limit', { min: 1, max: MAX_LIMIT }).optional(),
  before: wholeNumber('before', { min: 0, max: Number.MAX_SAFE_INTEGER }).optional(),
  reason: reason.optional(),
  shard: z.string().max(MAX_SHARD_ID_LENGTH).optional().describe('Only letters of this shard'),
  incarnation: incarnationParameter,
})
type Page = Omit<z.output<typeof query>, 'incarnation'>

export const deadLettersRoute = (context: ApiContext) =>
  route({
    method: 'GET',
    path: '/api/v1/dead-letters',
    summary:
      'What could not be applied, or not by every app, newest first: why, where it was, its bytes',
    query,
    answer: { status: 200, description: 'A page of dead letters', schema: deadLettersAnswer },
    async handle({ query: { incarnation, ...page } }) {
      const asOf = context.clock.now()
      const asked = await askedStream(context, incarnation)
      if (!asked.ok) return refuse(badFields(asked.errors))
      const ports = { streamId: asked.streamId, damage: context.damage() }
      return answer(await readDeadLetters(context.db(), ports, { asOf, ...page }))
    },
  })

export async function readDeadLetters(
  db: Kysely<Schema>,
  { streamId, damage }: { streamId: number; damage: Damage },
  page: Page & { asOf: number },
): Promise<DeadLettersAnswer> {
  const limit = page.limit ?? DEFAULT_LIMIT
  const read = await db.transaction().execute(async (tx) => {
    const counts = await tx
      .selectFrom('dead_letter_count')
      .select(['reason', 'n'])
      .where('stream_id', '=', streamId)
      .orderBy('reason')
      .execute()
    const ofStream = tx.selectFrom('dead_letter').where('stream_id', '=', streamId)
    const { kept } = await ofStream
      .select((expression) => expression.fn.countAll<number>().as('kept'))
      .executeTakeFirstOrThrow()
    let letters = ofStream
      .selectAll()
      .orderBy('id', 'desc')
      .limit(limit + 1)
    if (page.before !== undefined) letters = letters.where('id', '<', page.before)
    if (page.reason !== undefined) letters = letters.where('reason', '=', page.reason)
    if (page.shard !== undefined) letters = letters.where('shard_id', '=', page.shard)
    return { counts, kept, rows: await letters.execute() }
  })
  const shown = read.rows.slice(0, limit)
  return {
    asOf: page.asOf,
    counts: Object.fromEntries(read.counts.map((row) => [row.reason, row.n])),
    kept: read.kept,
    letters: await readable(shown, toLetter, {
      damage,
      table: 'dead_letter',
      streamId,
      key: ({ id }) => ({ id }),
    }),
    next: read.rows.length > limit ? (shown.at(-1)?.id ?? null) : null,
  }
}

type LetterRow = Omit<DeadLetterTable, 'id'> & { id: number }

function toLetter(row: LetterRow): DeadLetter {
  expectTimes(row, 'event_index', 'arrived_ms', 'bytes')
  if (!reason.safeParse(row.reason).success) throw new Error('its "reason" is none')
  const data = new Uint8Array(row.data)
  const text = asUtf8(data, data.length < row.bytes)
  return {
    id: row.id,
    shardId: row.shard_id,
    sequenceNumber: row.sequence_number,
    index: row.event_index,
    arrivedAt: row.arrived_ms,
    reason: row.reason as RejectReason,
    app: row.app,
    detail: row.detail,
    data: {
      encoding: text === undefined ? 'base64' : 'utf8',
      text: text ?? Buffer.from(data).toString('base64'),
      bytes: row.bytes,
      cut: data.length < row.bytes,
    },
  }
}

/** A cut may have gone through a character, of at most four bytes: then it is left out. */
function asUtf8(data: Uint8Array, cut: boolean): string | undefined {
  for (let drop = 0; drop <= (cut ? 3 : 0); drop++) {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
        data.subarray(0, data.length - drop),
      )
    } catch {
      // Perhaps with one byte less.
    }
  }
  return undefined
}
