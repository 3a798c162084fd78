import { z } from 'zod'
import { type FormerIncarnation, type Incarnation, MOST_FORMER } from '../../lib/incarnation.ts'
import { incarnationId } from '../store/incarnations.ts'
import type { ApiContext } from './api-context.ts'
import type { FieldError } from './problem.ts'
import { wholeNumber } from './query-fields.ts'
import { count, epochMs, fates } from './wire.ts'

/** Of a stream that was deleted and created again: what answers are made of, and how a former one is asked for. */

const fields = {
  number: count.describe('Counts the streams of this name that were read here, from 1'),
  createdAt: epochMs.describe('When the stream was created, as Kinesis says'),
  since: epochMs.nullable().describe('When it was found; null: not kept'),
}

export const incarnation: z.ZodType<Incarnation> = z.strictObject(fields)

export const formerIncarnations: z.ZodType<FormerIncarnation[]> = z
  .array(
    z.strictObject({
      ...fields,
      until: epochMs.nullable().describe('When the next one was found; null: not kept'),
      lastArrivalAt: epochMs
        .nullable()
        .describe('Arrival time of the newest record in its totals; null: it brought none'),
      fates,
    }),
  )
  .describe(
    `Streams of this name that were deleted, newest first, at most ${MOST_FORMER}; ?incarnation=<number> answers of one`,
  )

/** Of answers over a range of time. */
export const ofIncarnation = {
  incarnation: count.exactOptional().describe('As it was asked: the number of a former stream'),
  createdAgain: z
    .strictObject({
      at: epochMs,
      former: count.describe('The number of the stream before it, for "incarnation"'),
    })
    .exactOptional()
    .describe(
      'The stream was deleted, and created again at this time, after the range began: what came before is not in it',
    ),
}

export const incarnationParameter = wholeNumber('incarnation', { min: 1, max: 1_000_000 })
  .optional()
  .describe(
    'Of a stream that was deleted and created again: which one; the one that is read if absent',
  )

type Asked<Value> = ({ ok: true } & Value) | { ok: false; errors: FieldError[] }

/** Whether there is a stream of the number that was asked for. */
export async function askedIncarnation(
  context: ApiContext,
  number: number | undefined,
): Promise<Asked<object>> {
  return number === undefined ? { ok: true } : askedStream(context, number)
}

/** The key of the stream that was asked for, or what is wrong with the number. */
export async function askedStream(
  context: ApiContext,
  number: number | undefined,
): Promise<Asked<{ streamId: number }>> {
  const current = context.streamId()
  if (number === undefined) return { ok: true, streamId: current }
  const streamId = await incarnationId(context.db(), current, number)
  if (streamId !== undefined) return { ok: true, streamId }
  const message = `"incarnation": there is none of number ${number}; "incarnation" and "former" of /api/v1/totals list those there are`
  return { ok: false, errors: [{ field: 'incarnation', message }] }
}
