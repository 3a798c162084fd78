import type { Kysely } from 'kysely'
import { z } from 'zod'
import { type KpiDefinition, kpiDefinitionSchema } from '../../lib/kpi-definition.ts'
import type { KpiId } from '../../lib/kpis.ts'
import { createDamage, type Damage } from '../damage/damage.ts'
import { expectTimes, jsonOf, readable } from '../damage/readable.ts'
import type { Clock } from '../platform/clock.ts'
import type { Schema } from '../store/schema.ts'

/** Each one costs a column in every pane. */
export const MAX_COMPOSED_KPIS = 50

export interface ComposedKpi {
  definition: KpiDefinition
  createdAt: number
  updatedAt: number
}

/** The KPIs in the store: those that were composed on the page or by the API. */
export interface ComposedKpis {
  /** Oldest first. */
  list(): Promise<ComposedKpi[]>
  get(id: KpiId): Promise<ComposedKpi | undefined>
  create(definition: KpiDefinition): Promise<ComposedKpi | 'id_taken' | 'too_many'>
  /** Replaces the one of this id; undefined: there is none. */
  update(definition: KpiDefinition): Promise<ComposedKpi | undefined>
  /** Whether there was one. */
  remove(id: KpiId): Promise<boolean>
}

export function createComposedKpis(
  db: Kysely<Schema>,
  { clock, damage = createDamage(db, { clock }) }: { clock: Pick<Clock, 'now'>; damage?: Damage },
): ComposedKpis {
  const readAll = async (rows: readonly Row[]) =>
    (
      await readable(rows, read, {
        damage,
        table: 'kpi_definition',
        streamId: 0,
        key: ({ id }) => ({ id }),
      })
    ).flatMap((one) => one ?? [])

  return {
    async list() {
      const rows = await db
        .selectFrom('kpi_definition')
        .selectAll()
        .orderBy('created_ms')
        .orderBy('id')
        .execute()
      return readAll(rows)
    },
    async get(id) {
      const rows = await db.selectFrom('kpi_definition').selectAll().where('id', '=', id).execute()
      return (await readAll(rows))[0]
    },
    create(definition) {
      const at = clock.now()
      const row = {
        id: definition.id,
        body: JSON.stringify(definition),
        created_ms: at,
        updated_ms: at,
      }
      return db.transaction().execute(async (tx) => {
        // The transaction has the write lock from its beginning: nothing comes between.
        const there = await tx.selectFrom('kpi_definition').select('id').execute()
        if (there.some(({ id }) => id === row.id)) return 'id_taken'
        if (there.length >= MAX_COMPOSED_KPIS) return 'too_many'
        await tx.insertInto('kpi_definition').values(row).execute()
        return { definition, createdAt: at, updatedAt: at }
      })
    },
    async update(definition) {
      const row = await db
        .updateTable('kpi_definition')
        .set({ body: JSON.stringify(definition), updated_ms: clock.now() })
        .where('id', '=', definition.id)
        .returningAll()
        .executeTakeFirst()
      return row && read(row)
    },
    async remove(id) {
      const gone = await db.deleteFrom('kpi_definition').where('id', '=', id).executeTakeFirst()
      return gone.numDeletedRows > 0n
    },
  }
}

interface Row {
  id: string
  body: string
  created_ms: number
  updated_ms: number
}

/** Checked again: a later version may have written what this one does not know. Such a one is left alone. */
function read(row: Row): ComposedKpi | undefined {
  expectTimes(row, 'created_ms', 'updated_ms')
  const parsed = kpiDefinitionSchema.safeParse(jsonOf('body', row.body, z.unknown()))
  if (!parsed.success) return undefined
  return { definition: parsed.data, createdAt: row.created_ms, updatedAt: row.updated_ms }
}
