import type { Kysely } from 'kysely'
import { type CountingChange, type FoundChange, MOST_CHANGES } from '../lib/counting-change.ts'
import { addChanges, readChanges } from './store/counting-changes.ts'
import type { Schema } from './store/schema.ts'

/** What changed what is counted of a stream: kept, and at hand for pages. */
export interface ChangeLog {
  add(changes: readonly FoundChange[], at: number): Promise<void>
  /** Newest first, those of earlier starts too. */
  newest(): readonly CountingChange[]
}

/** Call `add` once, if with nothing, to have what was kept before. */
export function createChangeLog(db: Kysely<Schema>, streamId: number): ChangeLog {
  let newest: readonly CountingChange[] = []
  return {
    async add(changes, at) {
      await addChanges(
        db,
        streamId,
        changes.map((change) => ({ ...change, at })),
      )
      newest = await readChanges(db, streamId, MOST_CHANGES)
    },
    newest: () => newest,
  }
}
