import { sql } from 'kysely'
import { SECOND_MS } from '../../lib/time.ts'
import { decodePlaces, runAt } from '../../server/apps/kpi/delta-places.ts'
import { bytesOf } from '../../server/damage/bytes-of.ts'
import type { Store } from '../../server/store/open-store.ts'
import { LEVELS } from '../../server/window/levels.ts'
import { createRetention } from '../../server/window/retention.ts'
import { chance, pick, type Random, weighted, whole } from './random.ts'

/** A row that was damaged, as the product has to name it. */
export interface Wound {
  table: 'pane' | 'pane_delta'
  key: Record<string, string | number>
  /** What it holds since. */
  held: Buffer
  /** The panes that may lack something for it, of any dimension where none is given. */
  places: readonly { levelMs: number; from: number; to: number; dimension?: string }[]
}

export interface Damager {
  /** While no process runs on the store. */
  rest(): Promise<void>
  /** The last time: what has a remedy is remedied, and at least one row was damaged then if there is any. */
  lastRest(): Promise<void>
  /** What the readers of the process say: a shard is not remedied before it said that it is stopped. */
  hear(readers: readonly string[]): void
  /** The shard that has to stop, and has not said so yet. */
  awaited(): string | undefined
  readonly wounds: readonly Wound[]
  /** Checkpoints that were damaged. */
  readonly checkpoints: number
  /** What the product did to a row that it may not write. */
  readonly problems: readonly string[]
}

const KINDS = { pane: 5, pane_delta: 4, checkpoint: 2 }
const MOST_A_REST = 3
/** A pane that expires before it is read is never named. */
const KEPT_FOR_MS = 900 * SECOND_MS

/** Flips bytes, cuts rows and writes garbage over checkpoints, and knows which. */
export function createDamager(ports: {
  db: Store['db']
  random: Random
  now: () => number
  /** How likely it does something each time; 0: never. */
  share: number
}): Damager {
  const { db, random, now, share } = ports
  const retention = createRetention()
  const wounds: Wound[] = []
  const problems: string[] = []
  let checkpoints = 0
  let stopped: { before: ShardRow; garbage: string; said: boolean } | undefined

  const isNew = (table: Wound['table'], key: Wound['key']) =>
    !wounds.some((one) => one.table === table && sameKey(one.key, key))

  async function woundPane(): Promise<void> {
    const oldest = LEVELS.map(
      ({ ms }, level) => sql`(level_ms = ${ms} and
        start_ms >= ${Math.ceil(retention.keptFrom(level, now() + KEPT_FOR_MS))})`,
    )
    const { rows } = await sql<{
      level_ms: number
      dimension: string
      start_ms: number
    }>`select level_ms, dimension, start_ms from pane where ${sql.join(oldest, sql` or `)}
      order by level_ms, dimension, start_ms`.execute(db)
    const key = rows.length === 0 ? undefined : pick(random, rows)
    if (key === undefined || !isNew('pane', { ...key })) return
    const { level_ms: levelMs, dimension, start_ms: start } = key
    const where = sql`level_ms = ${levelMs} and dimension = ${dimension} and start_ms = ${start}`
    const found = await sql<{ body: unknown }>`select body from pane where ${where}`.execute(db)
    const held = flipped(random, bytesOf(found.rows[0]?.body))
    await sql`update pane set body = ${held} where ${where}`.execute(db)
    const places = [{ levelMs, from: start, to: start + levelMs, dimension }]
    wounds.push({ table: 'pane', key: { ...key }, held, places })
  }

  async function woundDelta(): Promise<void> {
    const rows = await db.selectFrom('pane_delta').select('seq').orderBy('seq').execute()
    const key = rows.length === 0 ? undefined : pick(random, rows)
    if (key === undefined || !isNew('pane_delta', { ...key })) return
    const { seq } = key
    const row = await db
      .selectFrom('pane_delta')
      .select(['body', 'places'])
      .where('seq', '=', seq)
      .executeTakeFirstOrThrow()
    const body = bytesOf(row.body)
    const held = chance(random, 0.5)
      ? flipped(random, body)
      : Buffer.from(body.subarray(0, whole(random, 0, body.length - 1)))
    await db.updateTable('pane_delta').set({ body: held }).where('seq', '=', seq).execute()
    const places = (decodePlaces(row.places) ?? []).flatMap((run) =>
      LEVELS.flatMap(({ ms }, level) => {
        const { from, to } = runAt(level, run)
        return level < run.level ? [] : [{ levelMs: ms, from, to }]
      }),
    )
    wounds.push({ table: 'pane_delta', key: { ...key }, held, places })
  }

  async function woundCheckpoint(): Promise<void> {
    if (stopped !== undefined) return
    const rows = await db
      .selectFrom('shard')
      .selectAll()
      .where('finished', '=', 0)
      .where('checkpoint', 'is not', null)
      .orderBy('shard_id')
      .execute()
    if (rows.length === 0) return
    const before = pick(random, rows)
    const garbage = pick(random, ['garbage', '', '-1', `${before.checkpoint?.slice(0, -3)}x`])
    await setCheckpoint(before.shard_id, garbage)
    stopped = { before, garbage, said: false }
    checkpoints++
  }

  const setCheckpoint = (shardId: string, checkpoint: string | null) =>
    db.updateTable('shard').set({ checkpoint }).where('shard_id', '=', shardId).execute()

  /** As from a backup: what it held before. Nothing may have written the row meanwhile. */
  async function remedy(): Promise<void> {
    if (stopped === undefined) return
    const { before, garbage } = stopped
    const row = await db
      .selectFrom('shard')
      .selectAll()
      .where('shard_id', '=', before.shard_id)
      .executeTakeFirst()
    const left = JSON.stringify({ ...before, checkpoint: garbage })
    if (JSON.stringify(row) !== left) {
      problems.push(`a damaged shard was written: ${left} became ${JSON.stringify(row)}`)
    }
    await setCheckpoint(before.shard_id, before.checkpoint)
    stopped = undefined
  }

  async function wound(): Promise<void> {
    switch (weighted(random, KINDS)) {
      case 'pane':
        return woundPane()
      case 'pane_delta':
        return woundDelta()
      case 'checkpoint':
        return woundCheckpoint()
    }
  }

  return {
    async rest() {
      if (stopped?.said === true) await remedy()
      if (share === 0 || !chance(random, share)) return
      for (let times = whole(random, 1, MOST_A_REST); times > 0; times--) await wound()
    },
    async lastRest() {
      await remedy()
      if (share > 0 && wounds.length === 0) await woundPane()
      if (share > 0 && wounds.length === 0) await woundDelta()
    },
    hear(readers) {
      if (stopped === undefined) return
      const { shard_id: shardId } = stopped.before
      const says = readers.find((line) => line.startsWith(`${shardId}: `))
      if (says?.includes('"kind":"stopped"') && says.includes('put back a backup')) {
        stopped.said = true
      }
    },
    awaited: () => (stopped?.said === false ? stopped.before.shard_id : undefined),
    wounds,
    get checkpoints() {
      return checkpoints
    },
    problems,
  }
}

type ShardRow = { shard_id: string; checkpoint: string | null }

export const sameKey = (a: Wound['key'], b: Wound['key']): boolean =>
  Object.keys(a).length === Object.keys(b).length &&
  Object.entries(a).every(([name, value]) => b[name] === value)

/** Some bits of some bytes; never none. */
function flipped(random: Random, body: Uint8Array): Buffer {
  const held = Buffer.from(body)
  const first = whole(random, 0, held.length - 1)
  const last = Math.min(held.length - 1, first + whole(random, 0, 3))
  for (let at = first; at <= last; at++) held[at] = (held[at] as number) ^ whole(random, 1, 255)
  return held
}
