import type { Kysely } from 'kysely'
import { addFates, type Fates, noFates } from '../../lib/fates.ts'
import { type FormerIncarnation, type Incarnations, MOST_FORMER } from '../../lib/incarnation.ts'
import type { Schema } from './schema.ts'

/** The stream and those that had its name, at its place, before it. */
export async function readIncarnations(
  db: Kysely<Schema>,
  streamId: number,
): Promise<Incarnations> {
  const rows = await incarnationRows(db, streamId)
  const all = rows.map(({ created_ms: createdAt, since_ms: since }, at) => {
    return { number: at + 1, createdAt, since }
  })
  const incarnation = all.at(-1)
  if (incarnation === undefined) throw new Error(`there is no stream ${streamId}`)
  const former: FormerIncarnation[] = []
  for (const [at, each] of [...all.entries()].slice(0, -1).reverse().slice(0, MOST_FORMER)) {
    const counted = await countedOf(db, rows[at]?.id ?? 0)
    former.push({ ...each, ...counted, until: all[at + 1]?.since ?? null })
  }
  return { incarnation, former }
}

/** The key of one of them; undefined: there is none of this number. */
export async function incarnationId(
  db: Kysely<Schema>,
  streamId: number,
  number: number,
): Promise<number | undefined> {
  return (await incarnationRows(db, streamId))[number - 1]?.id
}

const incarnationRows = (db: Kysely<Schema>, streamId: number) =>
  db
    .selectFrom('stream as this')
    .innerJoin('stream as each', (join) =>
      join.onRef('each.name', '=', 'this.name').onRef('each.place', '=', 'this.place'),
    )
    .select(['each.id', 'each.created_ms', 'each.since_ms'])
    .where('this.id', '=', streamId)
    .whereRef('each.id', '<=', 'this.id')
    .orderBy('each.id')
    .execute()

/** What all shards of a stream have come to. */
async function countedOf(
  db: Kysely<Schema>,
  streamId: number,
): Promise<{ lastArrivalAt: number | null; fates: Fates }> {
  const shards = await db
    .selectFrom('shard')
    .select(['applied', 'duplicate', 'rejected', 'late', 'clamped', 'beyond', 'last_arrival_ms'])
    .where('stream_id', '=', streamId)
    .execute()
  const arrivals = shards.flatMap(({ last_arrival_ms: at }) => at ?? [])
  return {
    lastArrivalAt: arrivals.reduce<number | null>((a, b) => Math.max(a ?? b, b), null),
    fates: shards.reduce(addFates, noFates()),
  }
}
