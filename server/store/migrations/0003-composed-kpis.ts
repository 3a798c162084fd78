import { type Kysely, type Migration, sql } from 'kysely'

/** KPIs that are composed on the page. */
export const composedKpis: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`create table kpi_definition (
      id text primary key, body text not null,
      created_ms integer not null, updated_ms integer not null) without rowid`.execute(db)
  },
}
