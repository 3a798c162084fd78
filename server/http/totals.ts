import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import type { TotalsAnswer } from '../../lib/api.ts'
import { addFates, noFates } from '../../lib/fates.ts'
import type { ViewState } from '../../lib/frames.ts'
import { micros, moneyText } from '../../lib/money.ts'
import { readIncarnations } from '../store/incarnations.ts'
import type { Schema } from '../store/schema.ts'
import { type ApiContext, liveOrNothing } from './api-context.ts'
import {
  askedStream,
  formerIncarnations,
  incarnation,
  incarnationParameter,
} from './incarnation-wire.ts'
import { badFields } from './read-input.ts'
import { answer, refuse, route } from './route.ts'
import { amount, count, epochMs, fates } from './wire.ts'

const money = z.record(z.string(), z.record(z.string(), amount))

const totalsAnswer: z.ZodType<TotalsAnswer> = z.strictObject({
  asOf: epochMs,
  incarnation: incarnation.describe('Which of the streams that had this name the totals are of'),
  former: formerIncarnations,
  lastArrivalAt: epochMs
    .nullable()
    .describe('Arrival time of the newest record in the totals; null: there is none'),
  events: z.record(z.string(), count),
  spend: money.describe('By account, then by currency'),
  revenue: money.describe('By account, then by currency'),
  fates,
  shards: z.record(
    z.string(),
    z.strictObject({
      checkpoint: z.string().nullable(),
      subSequence: count
        .nullable()
        .describe('How many events of that record are in the totals; null: all of it'),
      records: count,
      bytes: count,
      millisBehindLatest: z
        .number()
        .nullable()
        .describe('null: of a former stream, which is not there any more'),
    }),
  ),
})

export const totalsRoute = (context: ApiContext) =>
  route({
    method: 'GET',
    path: '/api/v1/totals',
    summary: 'All-time totals, exact, of what is committed: one consistent moment of the store',
    query: z.strictObject({ incarnation: incarnationParameter }),
    answer: { status: 200, description: 'The totals', schema: totalsAnswer },
    async handle({ query: { incarnation: number } }) {
      const live = await liveOrNothing(context)
      const asOf = context.clock.now()
      const asked = await askedStream(context, number)
      if (!asked.ok) return refuse(badFields(asked.errors))
      const { streamId } = asked
      const isRead = streamId === context.streamId()
      return answer(await readTotals(context.db(), streamId, { asOf, live, isRead }))
    },
  })

/** One read transaction, so that money, counts, fates and checkpoints are of the same commit. */
export function readTotals(
  db: Kysely<Schema>,
  streamId: number,
  // A former stream is not read any more.
  { asOf, live, isRead }: { asOf: number; live: ViewState | undefined; isRead: boolean },
): Promise<TotalsAnswer> {
  return db.transaction().execute(async (tx) => {
    const events = await tx
      .selectFrom('event_total')
      .select(['type', 'n'])
      .where('stream_id', '=', streamId)
      .orderBy('type')
      .execute()
    // As text: a JavaScript number would round large sums.
    const amounts = await tx
      .selectFrom('money_total')
      .select(['kind', 'account', 'currency'])
      .select(sql<string>`cast(units as text)`.as('units'))
      .select(sql<string>`cast(micros as text)`.as('micros'))
      .where('stream_id', '=', streamId)
      .orderBy('account')
      .orderBy('currency')
      .execute()
    const shards = await tx
      .selectFrom('shard')
      .select(['shard_id', 'checkpoint', 'sub_sequence', 'records', 'bytes', 'last_arrival_ms'])
      .select(['applied', 'duplicate', 'rejected', 'late', 'clamped', 'beyond'])
      .where('stream_id', '=', streamId)
      .orderBy('shard_id')
      .execute()
    const arrivals = shards.flatMap(({ last_arrival_ms: at }) => at ?? [])
    return {
      asOf,
      lastArrivalAt: arrivals.reduce<number | null>((a, b) => Math.max(a ?? b, b), null),
      ...(await readIncarnations(tx, streamId)),
      events: Object.fromEntries(events.map(({ type, n }) => [type, n])),
      spend: byAccount(amounts.filter(({ kind }) => kind === 'cost')),
      revenue: byAccount(amounts.filter(({ kind }) => kind === 'revenue')),
      fates: shards.reduce(addFates, noFates()),
      shards: Object.fromEntries(
        shards.map(({ shard_id, checkpoint, sub_sequence: subSequence, records, bytes }) => {
          const behindMs = live?.cells[`shard.${shard_id}`]?.millisBehindLatest ?? 0
          const millisBehindLatest = isRead ? behindMs : null
          return [shard_id, { checkpoint, subSequence, records, bytes, millisBehindLatest }]
        }),
      ),
    }
  })
}

interface AmountRow {
  account: string
  currency: string
  units: string
  micros: string
}

function byAccount(rows: readonly AmountRow[]): Record<string, Record<string, string>> {
  const accounts = new Map<string, Record<string, string>>()
  for (const row of rows) {
    const sum = micros(BigInt(row.units) * 1_000_000n + BigInt(row.micros))
    accounts.set(row.account, { ...accounts.get(row.account), [row.currency]: moneyText(sum) })
  }
  return Object.fromEntries(accounts)
}
