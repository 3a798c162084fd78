import { type Kysely, sql, type Transaction } from 'kysely'
import type { Log } from '../platform/log.ts'
import type { DamagedTable, Schema } from '../store/schema.ts'

/** A row of the store that cannot be read, or is not as it was written. */
export interface DamagedRow {
  /** Whose row it is; 0: of no stream. */
  streamId: number
  table: DamagedTable['source']
  /** The columns that find it. */
  key: Record<string, string | number>
  /** What it held: the bytes of one column, or the JSON of the whole row. */
  held: Uint8Array | string
  /** The column that `held` is of: where the row was written anew meanwhile it stays. */
  column?: string
  /** What is wrong, in words. */
  why: string
  /** Columns that take the place of those of the row: what can be used of it. Absent: the row goes. */
  rest?: Record<string, number | string | Uint8Array>
  /** The panes that lack what it held. */
  lost?: readonly { levelMs: number; dimension: string; startMs: number }[]
}

/**
 * Sets damaged rows aside: into the table `damaged`, and out of the one where they were in the way. They are found while
 * something is read, and written a moment later.
 */
export interface Damage {
  found(row: DamagedRow): void
  /** In a transaction that may write the same rows anew. What was found is written again until `flush` succeeds. */
  write(tx: Transaction<Schema>): Promise<void>
  /** Costs nothing where nothing was found. */
  flush(): Promise<void>
}

/** So much is kept of what was damaged; what is more is named only. */
const MAX_BYTES = 64 * 1_024 * 1_024
/** More are only in the log: a store that is so broken has to be replaced. */
const MAX_ROWS = 10_000

export function createDamage(
  db: Kysely<Schema>,
  { clock, log }: { clock: { now(): number }; log?: Pick<Log, 'error'> },
): Damage {
  /** By table and key. */
  const waiting = new Map<string, DamagedRow & { foundMs: number }>()
  let flushing: Promise<void> | undefined

  async function flush(): Promise<void> {
    const now = [...waiting]
    if (now.length === 0) return
    await db.transaction().execute((tx) =>
      setAside(
        tx,
        now.map(([, row]) => row),
      ),
    )
    for (const [name, row] of now) if (waiting.get(name) === row) waiting.delete(name)
  }

  return {
    found(row) {
      const { table, key, why, streamId } = row
      const name = `${table} ${streamId} ${JSON.stringify(key)}`
      if (waiting.has(name)) return
      log?.error({ table, key, streamId, problem: why }, 'a damaged row is set aside')
      waiting.set(name, { ...row, foundMs: clock.now() })
    },
    write: (tx) => setAside(tx, [...waiting.values()]),
    flush() {
      flushing ??= flush().finally(() => {
        flushing = undefined
      })
      return flushing
    },
  }
}

async function setAside(
  tx: Transaction<Schema>,
  found: readonly (DamagedRow & { foundMs: number })[],
): Promise<void> {
  if (found.length === 0) return
  const kept = await tx
    .selectFrom('damaged')
    .select(({ fn }) => fn.countAll<number>().as('rows'))
    .select(sql<number>`coalesce(sum(length(held)), 0)`.as('bytes'))
    .executeTakeFirstOrThrow()
  let { rows, bytes } = kept
  for (const row of found) {
    const fits = bytes + row.held.length <= MAX_BYTES
    if (rows < MAX_ROWS) await keep(tx, row, fits)
    rows++
    bytes += fits ? row.held.length : 0
    await takeOut(tx, row)
  }
}

async function keep(
  tx: Transaction<Schema>,
  { streamId, table, key, held, why, foundMs, lost = [] }: DamagedRow & { foundMs: number },
  fits: boolean,
): Promise<void> {
  await tx
    .insertInto('damaged')
    .values({
      stream_id: streamId,
      source: table,
      row_key: JSON.stringify(key),
      held: fits ? held : '',
      bytes: held.length,
      why,
      found_ms: foundMs,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  for (const { levelMs, dimension, startMs } of lost) {
    await tx
      .insertInto('lost_pane')
      .values({ stream_id: streamId, level_ms: levelMs, dimension, start_ms: startMs })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
}

/** Table and columns are those of our own schema. */
async function takeOut(
  tx: Transaction<Schema>,
  { streamId, table, key, held, column, rest }: DamagedRow,
): Promise<void> {
  const conditions = Object.entries(key).map(([name, value]) => sql`${sql.ref(name)} = ${value}`)
  if (streamId !== 0) conditions.push(sql`stream_id = ${streamId}`)
  if (column !== undefined)
    conditions.push(sql`cast(${sql.ref(column)} as blob) = ${Buffer.from(held)}`)
  const where = sql.join(conditions, sql` and `)
  if (rest === undefined) {
    await sql`delete from ${sql.table(table)} where ${where}`.execute(tx)
    return
  }
  const values = Object.entries(rest).map(([name, value]) => sql`${sql.ref(name)} = ${value}`)
  await sql`update ${sql.table(table)} set ${sql.join(values)} where ${where}`.execute(tx)
}
