import { type Kysely, sql, type Transaction } from 'kysely'
import type { Schema } from '../store/schema.ts'

/** Money is kept as units and micro-units; more units than this are no amount that anybody spent. */
const MAX_UNITS = 1e15
const MICROS_PER_UNIT = 1_000_000

type Db = Kysely<Schema> | Transaction<Schema>

/**
 * Sums that have to agree, each in words where they do not: what was applied is what is counted by type; what was rejected is what is
 * counted by reason; what the shards have is what the commits added up; money and counts are whole numbers. To be asked in
 * one transaction. O(rows of totals).
 */
export async function differences(tx: Db, streamId: number): Promise<string[]> {
  const shards = await shardSums(tx, streamId)
  return [
    ...(await commitDifferences(tx, streamId, shards)),
    ...(await typeDifferences(tx, streamId, shards.applied)),
    ...(await reasonDifferences(tx, streamId, shards.rejected)),
    ...(await badTotals(tx, streamId)),
  ]
}

interface Sums {
  applied: number
  duplicate: number
  rejected: number
}

const shardSums = (tx: Db, streamId: number): Promise<Sums> =>
  tx
    .selectFrom('shard')
    .select([total('applied'), total('duplicate'), total('rejected')])
    .where('stream_id', '=', streamId)
    .executeTakeFirstOrThrow()

/** Also of text, which counts as nothing. */
const total = <Name extends string>(name: Name) =>
  sql<number>`coalesce(sum(cast(${sql.ref(name)} as integer)), 0)`.as(name)

/** A row that is gone has added up nothing; a stream of which nothing was committed may have none. */
async function commitDifferences(tx: Db, streamId: number, shards: Sums): Promise<string[]> {
  const row = await tx
    .selectFrom('lease')
    .select(['applied', 'duplicate', 'rejected'])
    .where('stream_id', '=', streamId)
    .executeTakeFirst()
  const lease = row ?? { applied: 0, duplicate: 0, rejected: 0 }
  return (['applied', 'duplicate', 'rejected'] as const).flatMap((fate) =>
    lease[fate] === shards[fate]
      ? []
      : `The shards have ${count(shards[fate])} ${fate} events together, and the commits have added up ${count(lease[fate])}.`,
  )
}

async function typeDifferences(tx: Db, streamId: number, applied: number): Promise<string[]> {
  const { n } = await tx
    .selectFrom('event_total')
    .select(total('n'))
    .where('stream_id', '=', streamId)
    .executeTakeFirstOrThrow()
  const missing = applied - n
  const { least, most } = await untaken(tx, streamId)
  if (missing >= least && missing <= most) return []
  const but =
    most === 0
      ? ''
      : `, where ${least === most ? '' : 'at most '}${count(most)} could not be taken in`
  return [`${count(applied)} events were applied, and ${count(n)} are counted by type${but}.`]
}

/** Events that were applied and that the totals could not take in: letters name their app as long as they are kept. */
async function untaken(tx: Db, streamId: number): Promise<{ least: number; most: number }> {
  const counted = await tx
    .selectFrom('dead_letter_count')
    .select('n')
    .where('stream_id', '=', streamId)
    .where('reason', '=', 'app_failed')
    .executeTakeFirst()
  const { kept, ofTotals } = await tx
    .selectFrom('dead_letter')
    .select(({ fn }) => fn.countAll<number>().as('kept'))
    .select(sql<number>`coalesce(sum(app = 'totals'), 0)`.as('ofTotals'))
    .where('stream_id', '=', streamId)
    .where('reason', '=', 'app_failed')
    .executeTakeFirstOrThrow()
  const gone = Math.max(0, (counted?.n ?? 0) - kept)
  return { least: ofTotals, most: ofTotals + gone }
}

async function reasonDifferences(tx: Db, streamId: number, rejected: number): Promise<string[]> {
  const { n } = await tx
    .selectFrom('dead_letter_count')
    .select(total('n'))
    .where('stream_id', '=', streamId)
    .where('reason', '!=', 'app_failed')
    .executeTakeFirstOrThrow()
  return n === rejected
    ? []
    : [`${count(rejected)} events were rejected, and ${count(n)} are counted by reason.`]
}

/** Rows that are no totals, the first of each kind by name. */
async function badTotals(tx: Db, streamId: number): Promise<string[]> {
  const types = await tx
    .selectFrom('event_total')
    .select([sql<string>`cast(type as text)`.as('name'), sql<string>`cast(n as text)`.as('value')])
    .where('stream_id', '=', streamId)
    .where(sql<boolean>`typeof(n) <> 'integer' or n < 0`)
    .execute()
  const money = await tx
    .selectFrom('money_total')
    .select(
      sql<string>`kind || ' of ' || iif(account = '', 'no account', account) || ' in ' || currency`.as(
        'name',
      ),
    )
    .select(sql<string>`units || ' and ' || micros || ' micro-units'`.as('value'))
    .where('stream_id', '=', streamId)
    .where(
      sql<boolean>`typeof(units) <> 'integer' or typeof(micros) <> 'integer'
        or abs(micros) >= ${sql.lit(MICROS_PER_UNIT)} or abs(units) > ${sql.lit(MAX_UNITS)}
        or kind not in ('cost', 'revenue') or currency not glob '[A-Z][A-Z][A-Z]'`,
    )
    .execute()
  return [...wordsOf('count by type', types), ...wordsOf('sum of money', money)]
}

function wordsOf(what: string, rows: readonly { name: string; value: string }[]): string[] {
  const [first] = rows
  if (first === undefined) return []
  const others = rows.length === 1 ? '' : `, and ${count(rows.length - 1)} more are none`
  return [`A ${what} is none: ${first.name} is ${first.value}${others}.`]
}

const count = (n: number): string => n.toLocaleString('en')
