import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import type { TotalsAnswer } from '../../lib/api.ts'
import { addFates, noFates } from '../../lib/fates.ts'
import type { ViewState } from '../../lib/frames.ts'
import { micros, moneyText } from '../../lib/money.ts'
import type { Schema } from '../store/schema.ts'
import { type ApiContext, liveOrNothing } from './api-context.ts'
import { answer, route } from './route.ts'
import { amount, count, epochMs, fates } from './wire.ts'

const money = z.record(z.string(), z.record(z.string(), amount))

const totalsAnswer: z.ZodType<TotalsAnswer> = z.strictObject({
  asOf: epochMs,
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
      millisBehindLatest: z.number(),
    }),
  ),
})

export const totalsRoute = (context: ApiContext) =>
  route({
    method: 'GET',
    path: '/api/v1/totals',
    summary: 'All-time totals, exact, of what is committed: one consistent moment of the store',
    answer: { status: 200, description: 'The totals', schema: totalsAnswer },
    async handle() {
      const live = await liveOrNothing(context)
      const asOf = context.clock.now()
      return answer(await readTotals(context.db(), context.streamId(), { asOf, live }))
    },
  })

/** One read transaction, so that money, counts, fates and checkpoints are of the same commit. */
export function readTotals(
  db: Kysely<Schema>,
  streamId: number,
  { asOf, live }: { asOf: number; live: ViewState | undefined },
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
      .select(['shard_id', 'checkpoint', 'sub_sequence', 'records', 'bytes'])
      .select(['applied', 'duplicate', 'rejected', 'late', 'clamped'])
      .where('stream_id', '=', streamId)
      .orderBy('shard_id')
      .execute()
    return {
      asOf,
      events: Object.fromEntries(events.map(({ type, n }) => [type, n])),
      spend: byAccount(amounts.filter(({ kind }) => kind === 'cost')),
      revenue: byAccount(amounts.filter(({ kind }) => kind === 'revenue')),
      fates: shards.reduce(addFates, noFates()),
      shards: Object.fromEntries(
        shards.map(({ shard_id, checkpoint, sub_sequence: subSequence, records, bytes }) => {
          const millisBehindLatest = live?.cells[`shard.${shard_id}`]?.millisBehindLatest ?? 0
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
