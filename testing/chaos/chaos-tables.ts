import { type Kysely, sql } from 'kysely'
import type { Schema } from '../../server/store/schema.ts'

/** What the apps of this harness keep, beside the product's own tables. */
export type ChaosTables = {
  chaos_order: { key: string; n: number }
  chaos_violation: { detail: string }
  chaos_picky: { type: string; n: number }
  chaos_minute: { start_ms: number; n: number }
}

const STATEMENTS = [
  'create table if not exists chaos_order (key text primary key, n integer not null)',
  'create table if not exists chaos_violation (detail text not null)',
  'create table if not exists chaos_minute (start_ms integer primary key, n integer not null)',
  'create table if not exists chaos_picky (type text primary key, n integer not null)',
]

export async function addChaosTables(db: Kysely<Schema>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

export const withChaos = (db: Kysely<Schema>): Kysely<Schema & ChaosTables> =>
  db.withTables<ChaosTables>()
