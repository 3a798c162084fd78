import type { Kysely } from 'kysely'
import type { Schema } from './schema.ts'

export async function readSetting(
  db: Kysely<Schema>,
  streamId: number,
  name: string,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('setting')
    .select('value')
    .where('stream_id', '=', streamId)
    .where('name', '=', name)
    .executeTakeFirst()
  return row?.value
}

export async function writeSetting(
  db: Kysely<Schema>,
  streamId: number,
  setting: { name: string; value: string },
): Promise<void> {
  await db
    .insertInto('setting')
    .values({ stream_id: streamId, ...setting })
    .onConflict((conflict) =>
      conflict.columns(['stream_id', 'name']).doUpdateSet({ value: setting.value }),
    )
    .execute()
}
