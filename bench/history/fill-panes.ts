import type { Kysely } from 'kysely'
import Database from 'libsql'
import type { StreamEvent } from '../../lib/event.ts'
import { BUILT_IN } from '../../lib/kpi-catalog.ts'
import { DIMENSIONS } from '../../lib/kpis.ts'
import { DAY_MS, epochMs, HOUR_MS } from '../../lib/time.ts'
import { checksumOf, encodeRows } from '../../server/apps/kpi/pane-rows.ts'
import type { Schema } from '../../server/store/schema.ts'
import { parseEvent } from '../../server/stream/records/parse-event.ts'
import { freeze } from '../../server/window/codec.ts'
import { eventKey } from '../../server/window/keys.ts'
import { LEVELS, levelAt, paneStart } from '../../server/window/levels.ts'
import { createMeasureSet, newMeasured } from '../../server/window/measures.ts'
import { addToPane, NONE_PINNED, TOTAL_KEY, trimPane } from '../../server/window/pane.ts'
import { newPane } from '../../server/window/pane-dimension.ts'
import { keepMsOf } from '../../server/window/retention.ts'
import { siteEvent } from './site-event.ts'

/** '' is the total. */
const PLACES = ['', ...DIMENSIONS] as const
type Place = (typeof PLACES)[number]
const EVENTS_A_SECOND = 10
/** Different bodies of each level and dimension; they take turns. */
const VARIANTS = 12
const ROWS_A_TRANSACTION = 50_000

export interface Filling {
  streamId: number
  hours: number
  minutesDays: number
  hoursDays: number
  now: number
}

/**
 * The panes that a site of 10 events a second leaves: `hours` of seconds, three times as long of ten seconds,
 * `minutesDays` of minutes and `hoursDays` of hours. Resolves with how many there are.
 */
export async function fillPanes(
  db: Kysely<Schema>,
  file: string,
  { streamId, hours, minutesDays, hoursDays, now }: Filling,
): Promise<number> {
  const keepMs = keepMsOf({
    seconds: hours * HOUR_MS,
    minutes: minutesDays * DAY_MS,
    hours: hoursDays * DAY_MS,
  })
  const value = JSON.stringify({ keepMs, goneBefore: [] })
  const setting = { stream_id: streamId, name: 'panes_kept', value }
  await db.insertInto('setting').values(setting).execute()
  const database = new Database(file)
  database.exec('pragma synchronous = off; begin')
  const insert = database.prepare(
    'insert into pane (stream_id, level_ms, dimension, start_ms, body, crc) values (?, ?, ?, ?, ?, ?)',
  )
  let count = 0
  for (let level = 0; level < LEVELS.length; level++) {
    const { ms } = levelAt(level)
    const end = paneStart(now, ms)
    const begin = paneStart(now - (keepMs[level] as number), ms) + ms
    for (const dimension of PLACES) {
      const bodies = bodiesOf(level, dimension, now)
      for (let start = begin; start < end; start += ms) {
        const body = bodies[(start / ms) % VARIANTS] as Buffer
        const crc = checksumOf(streamId, { level, dimension, start }, body)
        insert.run([streamId, ms, dimension, start, body, crc])
        if (++count % ROWS_A_TRANSACTION === 0) database.exec('commit; begin')
      }
    }
  }
  database.exec('commit')
  database.close()
  return count
}

function bodiesOf(level: number, dimension: Place, now: number): Buffer[] {
  const count = (EVENTS_A_SECOND * levelAt(level).ms) / 1_000
  return Array.from({ length: VARIANTS }, (_, variant) => {
    const events = Array.from({ length: count }, (_, n) => eventOf(variant * 1_000_003 + n, now))
    return bodyOf(level, dimension, events)
  })
}

function bodyOf(level: number, dimension: Place, events: readonly StreamEvent[]): Buffer {
  const measures = createMeasureSet(BUILT_IN.kpis)
  const measured = newMeasured()
  const pane = newPane(measures, { level, dimension })
  for (const event of events) {
    const key = dimension === '' ? TOTAL_KEY : eventKey(event, dimension)
    if (key === undefined) continue
    measures.measure(event, measured)
    addToPane(pane, key, measured)
  }
  trimPane(pane, NONE_PINNED)
  const held = undefined as never
  const [row] = encodeRows([{ level, dimension, start: 0, frozen: freeze(pane), held }])
  return row?.body as Buffer
}

function eventOf(n: number, now: number): StreamEvent {
  const parsed = parseEvent(siteEvent(n), { arrivedAt: epochMs(now), fallbackId: () => String(n) })
  if (!parsed.ok) throw new Error('not an event')
  return parsed.event
}
