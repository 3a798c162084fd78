import type { Kysely } from 'kysely'
import type { FoundChange } from '../../../lib/counting-change.ts'
import type { Damage } from '../../damage/damage.ts'
import type { Schema } from '../../store/schema.ts'

/** What the app remembers of a stream under a name, as JSON. */
export interface KeptMemory<Value> {
  /** undefined: nothing, or nothing that can be read. */
  read(): Promise<Value | undefined>
  /** Writes it where it is another one than was read; as part of a transaction where one is given. */
  write(value: Value, tx?: Kysely<Schema>): Promise<void>
}

export interface KeptMemoryPorts {
  db: Kysely<Schema>
  streamId: number
  damage: Damage
}

/** Of what tells what it finds to be another than before. */
export interface ChangePorts extends KeptMemoryPorts {
  onChange(change: FoundChange): void
}

/** `fits`: whether what was read is such a value. */
export function createKeptMemory<Value>(
  { db, streamId, damage }: KeptMemoryPorts,
  name: string,
  fits: (value: unknown) => value is Value,
): KeptMemory<Value> {
  let stored: string | undefined

  return {
    async read() {
      const row = await db
        .selectFrom('setting')
        .select('value')
        .where('stream_id', '=', streamId)
        .where('name', '=', name)
        .executeTakeFirst()
      stored = row?.value
      if (stored === undefined) return undefined
      const value = parsed(stored)
      if (fits(value)) return value
      const held = String(stored)
      damage.found({ streamId, table: 'setting', key: { name }, held, why: 'it cannot be read' })
      await damage.flush()
      stored = undefined
      return undefined
    },
    async write(memory, tx = db) {
      const value = JSON.stringify(memory)
      if (value === stored) return
      await tx
        .insertInto('setting')
        .values({ stream_id: streamId, name, value })
        .onConflict((conflict) => conflict.columns(['stream_id', 'name']).doUpdateSet({ value }))
        .execute()
    },
  }
}

function parsed(text: unknown): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) : undefined
  } catch {
    return undefined
  }
}

/** Times by name; null: as long as the stream. */
export const isTimes = (value: unknown): value is Record<string, number | null> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((time) => time === null || Number.isFinite(time))
