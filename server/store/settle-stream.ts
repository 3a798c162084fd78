import { type Kysely, sql, type Transaction } from 'kysely'
import type { CountingChange } from '../../lib/counting-change.ts'
import type { OtherStream } from '../../lib/other-stream.ts'
import type { StartAt } from '../../lib/start-at.ts'
import { sameCreation } from '../../lib/stream-creation.ts'
import { addChanges } from './counting-changes.ts'
import { readElsewhere, readOrphans } from './elsewhere.ts'
import { type FirstStart, forgetFirstStart } from './first-start.ts'
import type { Schema } from './schema.ts'
import {
  addStream,
  changeBegin,
  findStream,
  mendedStream,
  type StreamPlace,
  type StreamRow,
  sealStream,
} from './stream-row.ts'

/** Two clocks drift apart by less than a thousandth of what they measure. */
const DRIFT = 0.001

/**
 * The stream's row. A stream that was deleted and made anew under its name gets a row of its own: its
 * sequence numbers and shards have nothing to do with the former's. Rules, alerts and marks move along.
 * `latest` is settled here, once, to a time: a crash before the first checkpoint then loses nothing.
 */
export async function settleStream(
  db: Kysely<Schema>,
  place: StreamPlace,
  facts: {
    createdMs: number
    startAt: StartAt
    /** On the stream's clock. */
    now: number
    /** Absent: it is this one, at `now`. */
    firstStart?: FirstStart
  },
): Promise<StreamRow> {
  const found = await findStream(db, place)
  if (found?.damaged !== undefined) return mendedStream(found, facts.createdMs)
  if (found !== undefined) await sealStream(db, found.id)
  if (found !== undefined && sameCreation(found.createdMs, facts.createdMs)) {
    return isYetToBegin(found, facts) ? beginAnew(db, found, facts) : found
  }
  // All of it or nothing: rules that stayed behind with a former stream would be lost.
  return db.transaction().execute(async (tx) => {
    const { createdMs, startAt: asked, now } = facts
    if (found !== undefined) {
      const startAt: StartAt = { kind: 'trim_horizon' }
      const anew = await addStream(tx, place, { createdMs, startAt, asked, sinceMs: now })
      await moveAlong(tx, { from: found.id, to: anew.id }, now)
      await addChanges(tx, anew.id, [{ at: now, kind: 'created_again', text: CREATED_AGAIN }])
      return anew
    }
    await forgetFirstStart(tx, place)
    const firstStartMs = facts.firstStart?.atMs ?? null
    const first = await addStream(tx, place, {
      ...{ createdMs, asked, firstStartMs, sinceMs: now },
      startAt: asked.kind === 'latest' ? latestOf(facts) : asked,
    })
    await addChanges(tx, first.id, elsewhereChanges(place, await readElsewhere(tx, place), now))
    await addChanges(tx, first.id, orphanChanges(await readOrphans(tx), now))
    return first
  })
}

const CREATED_AGAIN =
  'The stream was deleted and created again: totals, charts and alerts count from its creation. Those of the former one are kept.'

/** That figures begin at nothing though there are some in the folder; the same name is most likely a mistake. */
function elsewhereChanges(
  { name }: StreamPlace,
  others: readonly OtherStream[],
  now: number,
): CountingChange[] {
  const counted = others.filter(({ applied }) => applied > 0)
  const other = counted.find((each) => each.name === name) ?? counted[0]
  if (other === undefined) return []
  const where = `${other.name} at ${other.place === '' ? 'the default region' : other.place}`
  const hint =
    other.name === name
      ? 'If it is the same stream under another address, start with the endpoint or region of before to go on with its figures and thresholds.'
      : 'They go on when it is read again.'
  const text = `Counting begins anew: the figures of ${where}, ${other.applied.toLocaleString('en')} events, are in this data folder too, and are kept apart. ${hint}`
  return [{ at: now, kind: 'elsewhere', text }]
}

/** That there are figures of which nothing says whose they are. */
function orphanChanges(applied: number, now: number): CountingChange[] {
  if (applied === 0) return []
  const text = `Counting begins anew: the store has lost which stream the figures of ${applied.toLocaleString('en')} events are of. They are kept apart. To go on with them, stop Kinesight and put back a backup of DATA_DIR.`
  return [{ at: now, kind: 'elsewhere', text }]
}

/** It was to begin in the future, and what is asked now is something else: nothing was read yet. */
const isYetToBegin = (
  { startAt, asked: before }: StreamRow,
  { startAt: asked, now }: { startAt: StartAt; now: number },
): boolean =>
  before?.kind === 'time' &&
  startAt.kind === 'time' &&
  startAt.at > now &&
  !(asked.kind === 'time' && asked.at === startAt.at)

function beginAnew(
  db: Kysely<Schema>,
  { id }: StreamRow,
  { startAt: asked, now }: { startAt: StartAt; now: number },
): Promise<StreamRow> {
  const startAt = asked.kind === 'latest' ? latestOf({ now }) : asked
  return changeBegin(db, id, { startAt, asked })
}

/** How long ago the first start was is told by this machine, when that was by the stream: rather a little too early. */
function latestOf({ now, firstStart }: { now: number; firstStart?: FirstStart }): StartAt {
  const waitedMs = (firstStart?.waitedMs ?? 0) * (1 + DRIFT)
  return { kind: 'time', at: Math.max(0, Math.floor(now - waitedMs)) }
}

/** What one has set up, and what one was told; what was counted stays with the stream that it was counted of. */
async function moveAlong(
  tx: Transaction<Schema>,
  { from, to }: { from: number; to: number },
  now: number,
): Promise<void> {
  await tx
    .updateTable('alert_event')
    .set({ cleared: 'stream_anew', cleared_ms: sql`max(fired_ms, ${now})` })
    .where('stream_id', '=', from)
    .where('cleared_ms', 'is', null)
    .execute()
  await tx
    .updateTable('mark')
    .set({ ending: 'lost', ended_ms: sql`max(began_ms, ${now})` })
    .where('stream_id', '=', from)
    .where('ended_ms', 'is', null)
    .execute()
  for (const table of ['alert_rule', 'alert_event', 'mark', 'counting_change'] as const) {
    await tx.updateTable(table).set({ stream_id: to }).where('stream_id', '=', from).execute()
  }
  await tx
    .updateTable('setting')
    .set({ stream_id: to })
    .where('stream_id', '=', from)
    .where('name', 'in', MOVED_SETTINGS)
    .execute()
}

/** The others say of panes since when they were measured and kept. */
const MOVED_SETTINGS = ['sample_rule']
