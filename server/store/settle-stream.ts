import type { Kysely } from 'kysely'
import type { StartAt } from '../../lib/start-at.ts'
import { sameCreation } from '../../lib/stream-creation.ts'
import type { Schema } from './schema.ts'
import { addStream, findStream, type StreamPlace, type StreamRow } from './stream-row.ts'

/**
 * The stream's row. A stream that was deleted and made anew under its name gets a row of its own: its
 * sequence numbers and shards have nothing to do with the former's. Rules and settings move along.
 * `latest` is settled here, once, to a time: a crash before the first checkpoint then loses nothing.
 */
export async function settleStream(
  db: Kysely<Schema>,
  place: StreamPlace,
  facts: { createdMs: number; startAt: StartAt; now: number },
): Promise<StreamRow> {
  const known = await findStream(db, place)
  if (known !== undefined && sameCreation(known.createdMs, facts.createdMs)) {
    return known
  }
  const startAt = known === undefined ? settleStart(facts) : { kind: 'trim_horizon' as const }
  const fresh = await addStream(db, place, {
    createdMs: facts.createdMs,
    startAt,
  })
  if (known !== undefined) await moveAlong(db, known.id, fresh.id)
  return fresh
}

function settleStart({ startAt, now }: { startAt: StartAt; now: number }): StartAt {
  return startAt.kind === 'latest' ? { kind: 'time', at: now } : startAt
}

async function moveAlong(db: Kysely<Schema>, from: number, to: number): Promise<void> {
  await db.transaction().execute(async (tx) => {
    for (const table of ['alert_rule', 'alert_event', 'setting'] as const) {
      await tx.updateTable(table).set({ stream_id: to }).where('stream_id', '=', from).execute()
    }
  })
}
