import { type Kysely, sql } from 'kysely'
import { BUILT_IN } from '../../../lib/kpi-catalog.ts'
import type { Damage } from '../../damage/damage.ts'
import type { Schema } from '../../store/schema.ts'
import { createKeyPool } from '../../window/key-pool.ts'
import { LEVELS } from '../../window/levels.ts'
import { createLostPanes } from '../../window/lost-panes.ts'
import { createMeasureSet } from '../../window/measures.ts'
import { type PaneDimension, paneDimensions } from '../../window/pane-dimension.ts'
import { crossedMemory } from './crossed-since.ts'
import { readDeltas } from './delta-rows.ts'
import { openDelta } from './lost-memory.ts'
import { measuredMemory } from './measured-since.ts'
import { readRows } from './pane-rows.ts'
import { retentionMemory } from './retention-memory.ts'

interface LookPorts {
  db: Kysely<Schema>
  streamId: number
  /** Told of what is damaged. */
  damage: Damage
}

const ROWS_A_READ = 400

/** Reads every pane as the app would. Returns how many there are. */
export async function lookOverPanes({ db, streamId, damage }: LookPorts): Promise<number> {
  const groups = await db
    .selectFrom('pane')
    .select(['level_ms', 'dimension'])
    .where('stream_id', '=', streamId)
    .groupBy(['level_ms', 'dimension'])
    .execute()
  let count = 0
  for (const { level_ms, dimension } of groups) {
    const level = LEVELS.findIndex(({ ms }) => ms === level_ms)
    for (let after: number | undefined; ; ) {
      let query = db
        .selectFrom('pane')
        .select('start_ms')
        .where('stream_id', '=', streamId)
        .where('level_ms', '=', level_ms)
        .where('dimension', '=', dimension)
        .orderBy('start_ms')
        .limit(ROWS_A_READ)
      if (after !== undefined) query = query.where('start_ms', '>', after)
      const starts = (await query.execute()).map(({ start_ms }) => start_ms)
      after = starts.at(-1)
      if (after === undefined) break
      count += starts.length
      if (level < 0) {
        foundNoLevel(damage, { streamId, level_ms, dimension, start_ms: after })
        continue
      }
      const places = starts.map((start) => ({
        ...{ level, dimension: dimension as PaneDimension, start },
      }))
      await readRows(db, { streamId, pyramid: decoding(), damage }, places)
    }
  }
  return count
}

function foundNoLevel(
  damage: Damage,
  { streamId, ...key }: { streamId: number; level_ms: number; dimension: string; start_ms: number },
): void {
  damage.found({ streamId, table: 'pane', key, held: '', why: 'no panes have its length' })
}

/** Reads what commits have added to panes since these were written. Returns how many rows there are. */
export async function lookOverDeltas({ db, streamId, damage }: LookPorts): Promise<number> {
  let count = 0
  for await (const row of readDeltas(db, streamId)) {
    count++
    const opened = openDelta(row, decoding())
    if (!('problem' in opened)) continue
    const { seq, body: held } = row
    damage.found({ streamId, table: 'pane_delta', key: { seq }, held, why: opened.problem })
  }
  return count
}

/** Reads what the app remembers of the stream. Returns how many settings the stream has. */
export async function lookOverMemory(ports: LookPorts): Promise<number> {
  for (const memory of [crossedMemory, measuredMemory, retentionMemory]) await memory(ports).read()
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from setting where stream_id = ${ports.streamId}`.execute(ports.db)
  return rows[0]?.n ?? 0
}

/** Enough of a pyramid to read panes with: a measure that it does not know is passed over. */
const decoding = () => ({
  measures: MEASURES,
  dimensions: paneDimensions(BUILT_IN.crossed),
  keyPool: createKeyPool(),
  lost: createLostPanes(),
})
const MEASURES = createMeasureSet(BUILT_IN.kpis)
