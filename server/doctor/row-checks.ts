import { type Kysely, sql } from 'kysely'
import { epochMs } from '../../lib/time.ts'
import { createRuleStore } from '../alerts/rule-store.ts'
import { lookOverDeltas, lookOverMemory, lookOverPanes } from '../apps/kpi/look-over.ts'
import { createComposedKpis } from '../catalog/composed-kpis.ts'
import type { Damage, DamagedRow } from '../damage/damage.ts'
import { BEGIN_ANEW } from '../damage/store-trouble.ts'
import { differences } from '../damage/sums.ts'
import { readDeadLetters } from '../http/dead-letters.ts'
import { createMarkStore } from '../marks/mark-store.ts'
import type { DamagedTable, Schema } from '../store/schema.ts'
import { damagedStream, readStreams, type StreamRow } from '../store/stream-row.ts'
import { readMemory } from '../stream/commit/memory-rows.ts'
import { readShards } from '../stream/commit/shard-rows.ts'
import { type Check, checked, type Finding } from './finding.ts'

const LETTERS_A_READ = 1_000
/** Past alerts and marks are looked at from the newest on. */
const MOST_ROWS = 100_000

type Db = Kysely<Schema>

interface Found {
  findings: Finding[]
  /** What was looked at, in words. */
  note: string
}

/** What is checked in the rows: each by what reads them while Kinesight runs. */
export const ROW_CHECKS: readonly { name: string; look(db: Db): Promise<Found> }[] = [
  { name: 'Streams', look: streams },
  { name: 'Shards and their checkpoints', look: shards },
  { name: 'Panes', look: ofRows(keepGoing('figures that lack it say so'), 'panes', lookOverPanes) },
  {
    name: 'What was added to panes last',
    look: ofRows(keepGoing('figures that lack it say so'), 'commits', lookOverDeltas),
  },
  {
    name: 'Ids that were seen',
    look: ofRows(
      keepGoing('an event of it that comes again counts once more'),
      'rows',
      memory('seen'),
    ),
  },
  {
    name: 'Sub-records without an id',
    look: ofRows(
      keepGoing('a sub-record of it that comes again counts once more'),
      'rows',
      memory('put_again'),
    ),
  },
  { name: 'Alert rules', look: ofRows(makeAnew('rule'), 'rules', rules) },
  { name: 'Past alerts', look: ofRows(keepGoing('the alert is not listed'), 'alerts', alerts) },
  { name: 'Marks', look: ofRows(keepGoing('the mark is not listed'), 'marks', marks) },
  { name: 'KPIs of your own', look: composed },
  {
    name: 'What is remembered of a stream',
    look: ofRows(keepGoing('Kinesight remembers it anew from then on'), 'settings', lookOverMemory),
  },
  { name: 'Dead letters', look: ofRows(keepGoing('the letter is not listed'), 'letters', letters) },
  { name: 'Sums', look: sums },
]

function keepGoing(then: string): string {
  return `Nothing has to be done: Kinesight sets the row aside when it reads it, and ${then}. A backup of DATA_DIR brings it back.`
}
function makeAnew(what: string): string {
  return `Kinesight sets the row aside when it reads it. Make the ${what} anew, or put back a backup of DATA_DIR.`
}
const PUT_BACK = `Keep what is in DATA_DIR apart, and put back a backup of it. ${BEGIN_ANEW}`

interface OfStream {
  db: Db
  streamId: number
  damage: Damage
}

/** A check of each stream by what reads its rows and tells `damage` of those that cannot be read. Counts them. */
function ofRows(remedy: string, unit: string, read: (ports: OfStream) => Promise<number>) {
  return async (db: Db): Promise<Found> => {
    const findings: Finding[] = []
    let count = 0
    for (const stream of await readStreams(db)) {
      const damage = telling((row) => findings.push(findingOf(row, remedy, stream)))
      count += await read({ db, streamId: stream.id, damage })
    }
    return { findings, note: `${count.toLocaleString('en')} ${unit}` }
  }
}

/** Nothing is written: what is found is only told. */
const telling = (found: (row: DamagedRow) => void): Damage => ({
  found,
  write: () => Promise.resolve(),
  flush: () => Promise.resolve(),
})

function findingOf(
  { table, key, why }: Pick<DamagedRow, 'table' | 'key' | 'why'>,
  remedy: string,
  stream?: StreamRow & { name: string },
): Finding {
  const place = Object.entries(key).map(([name, value]) => `${name} ${JSON.stringify(value)}`)
  const of = stream === undefined ? '' : ` of stream ${stream.name}`
  return { where: `${table}${of}, ${place.join(', ')}`, what: why, remedy }
}

const GOES_ON =
  'Nothing has to be done: shards that have a checkpoint go on from there, and say if it is none of theirs.'

async function streams(db: Db): Promise<Found> {
  const all = await readStreams(db)
  const damaged = all.flatMap(({ damaged, ...stream }): Finding[] => {
    if (damaged === undefined) return []
    const { why: what } = damagedStream({ ...stream, damaged })
    return [{ where: `stream ${stream.name}`, what, remedy: GOES_ON }]
  })
  const { rows } = await sql<{ id: number }>`
    select distinct stream_id as id from shard where stream_id not in (select id from stream)`.execute(
    db,
  )
  const orphans = rows.map(({ id }) => ({
    where: `shards of stream ${id}`,
    what: 'the row of their stream is gone: Kinesight would count it anew',
    remedy: PUT_BACK,
  }))
  return { findings: [...damaged, ...orphans], note: all.map(({ name }) => name).join(', ') }
}

async function shards(db: Db): Promise<Found> {
  const findings: Finding[] = []
  let count = 0
  for (const stream of await readStreams(db)) {
    for (const { progress, trust } of await readShards(db, stream.id, 0)) {
      count++
      if (trust.kind !== 'broken') continue
      const where = `shard ${progress.shardId} of stream ${stream.name}`
      const remedy = `Kinesight does not read this shard any further, and reads the others. ${PUT_BACK}`
      findings.push({ where, what: trust.problem, remedy })
    }
  }
  return { findings, note: `${count} shards` }
}

function memory(table: 'seen' | 'put_again') {
  return async ({ db, streamId, damage }: OfStream): Promise<number> => {
    await readMemory(db, { streamId, table, damage }, () => {})
    return countOf(db, table, streamId)
  }
}

const ruleStore = ({ db, streamId, damage }: OfStream) =>
  createRuleStore(db, {
    streamId: () => streamId,
    clock: NO_CLOCK,
    newId: () => '',
    damage,
  })
/** Nothing is written: no time is asked for. */
const NO_CLOCK = { now: () => epochMs(0), monotonicMs: () => 0 }

async function rules(ports: OfStream): Promise<number> {
  await ruleStore(ports).list()
  return countOf(ports.db, 'alert_rule', ports.streamId)
}

async function alerts(ports: OfStream): Promise<number> {
  await ruleStore(ports).events({ limit: MOST_ROWS })
  return countOf(ports.db, 'alert_event', ports.streamId)
}

async function marks({ db, streamId, damage }: OfStream): Promise<number> {
  const store = createMarkStore(db, { streamId: () => streamId, damage })
  await store.between({ limit: MOST_ROWS })
  return countOf(db, 'mark', streamId)
}

async function composed(db: Db): Promise<Found> {
  const findings: Finding[] = []
  const damage = telling((row) => findings.push(findingOf(row, makeAnew('KPI'))))
  const read = await createComposedKpis(db, { clock: NO_CLOCK, damage }).list()
  return { findings, note: `${read.length + findings.length} KPIs` }
}

async function letters({ db, streamId, damage }: OfStream): Promise<number> {
  for (let before: number | undefined; ; ) {
    const page = { asOf: 0, limit: LETTERS_A_READ, before }
    const { next, kept } = await readDeadLetters(db, { streamId, damage }, page)
    if (next === null) return kept
    before = next
  }
}

async function sums(db: Db): Promise<Found> {
  const remedy =
    'Kinesight goes on, and shows the difference until it is gone. Only a backup of DATA_DIR brings back what is missing.'
  const all = await readStreams(db)
  const findings: Finding[] = []
  for (const { id, name } of all) {
    for (const what of await differences(db, id)) {
      findings.push({ where: `totals of stream ${name}`, what, remedy })
    }
  }
  return { findings, note: '' }
}

async function countOf(db: Db, table: DamagedTable['source'], streamId: number): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from ${sql.table(table)} where stream_id = ${streamId}`.execute(db)
  return rows[0]?.n ?? 0
}

/** What was set aside before: known, and out of the way. */
export async function setAsideCheck(db: Db): Promise<Check> {
  const rows = await db
    .selectFrom('damaged')
    .select(['source', 'row_key', 'why', 'found_ms'])
    .orderBy('id', 'desc')
    .execute()
  const findings = rows.map(({ source, row_key, why, found_ms }) => ({
    where: `${source} ${row_key}`,
    what: `${why} (set aside ${new Date(found_ms).toISOString()})`,
    remedy: 'Nothing has to be done: what it held is kept apart, and figures that lack it say so.',
  }))
  const check = checked('Set aside before', `${rows.length} rows`, findings)
  return { ...check, kind: rows.length === 0 ? 'ok' : 'noted' }
}
