import type { Kysely } from 'kysely'
import type { Schema } from '../../store/schema.ts'
import {
  DEFAULT_KEEP,
  goneBefore,
  keepMsOf,
  type Retention,
  type RetentionMemory,
} from '../../window/retention.ts'

const NAME = 'panes_kept'

/** Tells the retention what times that held before have deleted, and remembers those that hold now. */
export async function rememberRetention(
  db: Kysely<Schema>,
  streamId: number,
  retention: Retention,
  now: number,
): Promise<void> {
  const row = await db
    .selectFrom('setting')
    .select('value')
    .where('stream_id', '=', streamId)
    .where('name', '=', NAME)
    .executeTakeFirst()
  const text = row?.value
  // Stores of the first versions were kept by the default times.
  const memory: RetentionMemory =
    text === undefined
      ? { keepMs: keepMsOf(DEFAULT_KEEP), goneBefore: [] }
      : (JSON.parse(text) as RetentionMemory)
  const gone = goneBefore(memory, retention.keepMs, now)
  retention.goneBefore(gone)
  // JSON has no infinity.
  const finite = gone.map((time) => (Number.isFinite(time) ? time : null))
  const value = JSON.stringify({ keepMs: retention.keepMs, goneBefore: finite })
  if (value === text) return
  await db
    .insertInto('setting')
    .values({ stream_id: streamId, name: NAME, value })
    .onConflict((conflict) => conflict.columns(['stream_id', 'name']).doUpdateSet({ value }))
    .execute()
}
