import type { Kysely } from 'kysely'
import { MINUTE_MS } from '../../../lib/time.ts'
import type { Damage, DamagedRow } from '../../damage/damage.ts'
import { messageOf } from '../../platform/errors.ts'
import type { Schema } from '../../store/schema.ts'
import type { PlacedRef } from '../../window/held.ts'
import { LEVELS, levelAt, paneStart } from '../../window/levels.ts'
import type { PaneDimension, PlacedPane } from '../../window/pane-dimension.ts'
import type { Pyramid } from '../../window/pyramid.ts'
import { decodeDelta } from './delta-codec.ts'
import { decodePlaces, type PaneRun, runAt } from './delta-places.ts'
import type { DeltaRow } from './delta-rows.ts'
import { NOT_AS_WRITTEN, storedSeqs } from './pane-rows.ts'

/** Of this the older versions kept deltas, about. */
const UNWRITTEN_MS = 2 * MINUTE_MS

export interface LostPorts {
  db: Kysely<Schema>
  streamId: number
  pyramid: Pyramid
  damage: Damage
}

/** Tells the pyramid which panes lack something for good, and forgets those that are no longer kept. */
export async function restoreLost(
  { db, streamId, pyramid }: LostPorts,
  now: number,
): Promise<void> {
  for (const [level, { ms }] of LEVELS.entries()) {
    const ofLevel = db
      .selectFrom('lost_pane')
      .select(['dimension', 'start_ms'])
      .where('stream_id', '=', streamId)
      .where('level_ms', '=', ms)
    await db
      .deleteFrom('lost_pane')
      .where('stream_id', '=', streamId)
      .where('level_ms', '=', ms)
      .where('start_ms', '<', pyramid.retention.keptFrom(level, now))
      .execute()
    for (const { dimension, start_ms: start } of await ofLevel.execute()) {
      pyramid.lost.add({ level, dimension: dimension as PaneDimension, start })
    }
  }
}

/** What a delta adds; or what is wrong with it. */
export function openDelta(
  row: DeltaRow,
  pyramid: Pick<Pyramid, 'measures' | 'dimensions' | 'keyPool'>,
): PlacedPane[] | { problem: string } {
  if (row.checksum === 'differs') return { problem: NOT_AS_WRITTEN }
  try {
    return decodeDelta(row.body, pyramid)
  } catch (error) {
    return { problem: messageOf(error) }
  }
}

/**
 * The panes that lack what a damaged delta would have added: those it names whose rows do not hold it. Where it cannot be
 * read either which those are, they are taken to be those of the deltas `beside` it, or of the last that was read.
 */
export async function loseDelta(
  { db, streamId, pyramid, damage }: LostPorts,
  { row, problem, beside }: { row: DeltaRow; problem: string; beside: readonly PaneRun[] },
): Promise<void> {
  const lost: NonNullable<DamagedRow['lost']>[number][] = []
  for (const place of await placesOf(row)) {
    const { level, dimension, start } = place
    pyramid.lost.add(place)
    lost.push({ levelMs: levelAt(level).ms, dimension, startMs: start })
  }
  damage.found({
    streamId,
    table: 'pane_delta',
    key: { seq: row.seq },
    held: row.body,
    column: 'body',
    why: problem,
    lost,
  })

  async function placesOf({ seq, places }: DeltaRow): Promise<PlacedRef[]> {
    const found = new Map<string, PlacedRef>()
    const named = decodePlaces(places) ?? (beside.length > 0 ? beside : await lastRead())
    for (const run of named) {
      for (let level = run.level; level < LEVELS.length; level++) {
        for (const dimension of pyramid.dimensions) {
          for (const start of await startsLacking(runAt(level, run), dimension, seq)) {
            found.set(`${level} ${dimension} ${start}`, { level, dimension, start })
          }
        }
      }
    }
    return [...found.values()]
  }

  async function lastRead(): Promise<PaneRun[]> {
    const row = await db
      .selectFrom('shard')
      .select(({ fn }) => fn.max('newest_event_ms').as('newest'))
      .where('stream_id', '=', streamId)
      .executeTakeFirst()
    const newest = Number(row?.newest ?? Number.NaN)
    if (!Number.isFinite(newest)) return []
    const { ms } = levelAt(0)
    const to = paneStart(newest, ms) + ms
    return [{ level: 0, from: to - UNWRITTEN_MS, to }]
  }

  async function startsLacking(run: PaneRun, dimension: PaneDimension, seq: number) {
    const upTo = await storedSeqs(db, streamId, run, dimension)
    const starts: number[] = []
    for (let start = run.from; start < run.to; start += levelAt(run.level).ms) {
      if ((upTo.get(start) ?? 0) < seq) starts.push(start)
    }
    return starts
  }
}
