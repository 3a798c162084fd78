import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Insertable, sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { noFates } from '../../lib/fates.ts'
import type { StartAt } from '../../lib/start-at.ts'
import { HOUR_MS, MINUTE_MS } from '../../lib/time.ts'
import { createDamage } from '../damage/damage.ts'
import { addChanges, readChanges } from './counting-changes.ts'
import { readElsewhere } from './elsewhere.ts'
import { noteFirstStart } from './first-start.ts'
import { incarnationId, readIncarnations } from './incarnations.ts'
import { openStore, type Store } from './open-store.ts'
import type { Schema } from './schema.ts'
import { readSetting, writeSetting } from './setting.ts'
import { settleStream } from './settle-stream.ts'
import { damagedStream, findStream } from './stream-row.ts'

const NOON = Date.UTC(2026, 0, 1, 12)
const PLACE = { name: 'clickstream', place: 'us-east-1' }
const FIRST = { createdMs: NOON, startAt: { kind: 'latest' }, now: NOON + HOUR_MS } as const
const AGAIN = { ...FIRST, createdMs: NOON + 2 * HOUR_MS, now: NOON + 3 * HOUR_MS }

type Damaged = Parameters<typeof damagedStream>[0]

let folder: string
let store: Store
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'kinesight-settle-'))
  store = await openStore(path.join(folder, 'kinesight.db'))
})
afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

const addShard = (stream_id: number, change: Partial<Insertable<Schema['shard']>>) =>
  store.db
    .insertInto('shard')
    .values({
      ...{ stream_id, shard_id: 'shard-0', parents: '[]', hash_from: '0', hash_to: '9' },
      ...{ closed: 0, finished: 0, records: 0, bytes: 0, aggregated: 0, out_of_range: 0 },
      ...{ applied: 0, duplicate: 0, rejected: 0, late: 0, clamped: 0, beyond: 0 },
      ...change,
    })
    .execute()

const waiting = () => store.db.selectFrom('first_start').selectAll().execute()

test('latest is the time of the first start, on the clock of the stream', async () => {
  const atMs = NOON - 5 * MINUTE_MS
  await noteFirstStart(store.db, PLACE, atMs)
  const firstStart = { atMs, waitedMs: 20 * MINUTE_MS }
  const stream = await settleStream(store.db, PLACE, { ...FIRST, firstStart })
  // A thousandth earlier, as clocks drift apart: rather an event too many than one too few.
  const at = FIRST.now - 20 * MINUTE_MS - 1_200
  expect(stream).toMatchObject({ startAt: { kind: 'time', at }, asked: { kind: 'latest' } })
  expect(stream.firstStartMs).toBe(atMs)
  expect(await findStream(store.db, PLACE)).toEqual(stream)
  expect(await waiting()).toEqual([])
})

test('a first start is kept once, for each stream and place', async () => {
  const elsewhere = { ...PLACE, place: 'eu-west-1' }
  await noteFirstStart(store.db, PLACE, 1_000)
  expect(await noteFirstStart(store.db, PLACE, 2_000)).toEqual({ atMs: 1_000, waitedMs: 0 })
  expect(await noteFirstStart(store.db, elsewhere, 3_000)).toEqual({ atMs: 3_000, waitedMs: 0 })
})

test('what START_AT says when the stream is reached counts, latest from the first start on', async () => {
  const firstStart = await noteFirstStart(store.db, PLACE, NOON)
  const startAt = { kind: 'trim_horizon' } as const
  const stream = await settleStream(store.db, PLACE, { ...FIRST, startAt, firstStart })
  expect(stream).toMatchObject({ startAt, asked: startAt })
})

test('a START_AT in the future can be changed until then: nothing was read yet', async () => {
  const future = { kind: 'time', at: FIRST.now + HOUR_MS } as const
  const { id } = await settleStream(store.db, PLACE, { ...FIRST, startAt: future })
  const changed = (startAt: StartAt, now: number) =>
    settleStream(store.db, PLACE, { ...FIRST, startAt, now })
  const later = { kind: 'time', at: FIRST.now + 2 * HOUR_MS } as const
  expect(await changed(later, FIRST.now)).toMatchObject({ id, startAt: later, asked: later })
  const horizon = { kind: 'trim_horizon' } as const
  expect(await changed(horizon, later.at)).toMatchObject({ id, startAt: later })
  expect(await changed(horizon, later.at - 1)).toMatchObject({ id, startAt: horizon })
  expect(await changed(future, FIRST.now)).toMatchObject({ id, startAt: horizon })
})

test('a stream that was created again is read from its beginning, whatever START_AT says', async () => {
  const first = await settleStream(store.db, PLACE, FIRST)
  const anew = await settleStream(store.db, PLACE, AGAIN)
  expect(anew.id).not.toBe(first.id)
  expect(anew.startAt).toEqual({ kind: 'trim_horizon' })
  expect(await settleStream(store.db, PLACE, AGAIN)).toEqual(anew)
})

test('each incarnation is told, with what the former ones came to', async () => {
  const first = await settleStream(store.db, PLACE, FIRST)
  for (const n of [0, 1]) {
    const fates = { applied: 45, duplicate: 2, rejected: 1, late: n }
    await addShard(first.id, {
      ...{ shard_id: `shard-${n}`, last_arrival_ms: n === 0 ? null : NOON + MINUTE_MS, ...fates },
    })
  }
  const second = await settleStream(store.db, PLACE, AGAIN)
  const third = await settleStream(store.db, PLACE, {
    ...{ ...AGAIN, createdMs: NOON + 4 * HOUR_MS, now: NOON + 5 * HOUR_MS },
  })
  await settleStream(store.db, { ...PLACE, name: 'orders' }, FIRST)
  const fates = { applied: 90, duplicate: 4, rejected: 2, late: 1, clamped: 0, beyond: 0 }
  const [one, two, three] = [
    { number: 1, createdAt: NOON, since: FIRST.now },
    { number: 2, createdAt: AGAIN.createdMs, since: AGAIN.now },
    { number: 3, createdAt: NOON + 4 * HOUR_MS, since: NOON + 5 * HOUR_MS },
  ]
  const ofOne = { ...one, until: AGAIN.now, lastArrivalAt: NOON + MINUTE_MS, fates }
  expect(await readIncarnations(store.db, third.id)).toEqual({
    incarnation: three,
    former: [{ ...two, until: NOON + 5 * HOUR_MS, lastArrivalAt: null, fates: noFates() }, ofOne],
  })
  expect(await readIncarnations(store.db, second.id)).toEqual({ incarnation: two, former: [ofOne] })
  expect(await readIncarnations(store.db, first.id)).toEqual({ incarnation: one, former: [] })
  expect(await incarnationId(store.db, third.id, 1)).toBe(first.id)
  expect(await incarnationId(store.db, third.id, 4)).toBeUndefined()
})

test('rules, alerts and marks go on with the new stream; what was firing is over', async () => {
  const first = await settleStream(store.db, PLACE, FIRST)
  const stream_id = first.id
  const rule = { id: 'rule', stream_id, body: '{}', sample: 0, created_ms: 1, updated_ms: 1 }
  await store.db.insertInto('alert_rule').values(rule).execute()
  const alert = { stream_id, rule_id: 'rule', rule: '{}', value: '1', peak: '1' }
  await store.db
    .insertInto('alert_event')
    .values([
      { ...alert, fired_ms: NOON, cleared_ms: NOON + 1, cleared: 'value' },
      // This machine's clock is ahead of the stream's.
      { ...alert, fired_ms: AGAIN.now + MINUTE_MS, cleared_ms: null, cleared: null },
    ])
    .execute()
  const mark = {
    ...{ stream_id, id: 'mark', kpi: 'requests', currency: null, part_of: null },
    ...{ direction: 'up' as const, began_ms: NOON, ended_ms: null, ending: null },
    ...{ expected: 1, value: 2, score: 3, cause: null, text: 'Requests 2×' },
  }
  await store.db.insertInto('mark').values(mark).execute()
  await writeSetting(store.db, stream_id, { name: 'sample_rule', value: 'made' })
  await writeSetting(store.db, stream_id, { name: 'measured_since', value: '{}' })
  const anew = await settleStream(store.db, PLACE, AGAIN)
  const alerts = await store.db.selectFrom('alert_event').selectAll().orderBy('fired_ms').execute()
  expect(alerts).toMatchObject([
    { stream_id: anew.id, cleared: 'value', cleared_ms: NOON + 1 },
    { stream_id: anew.id, cleared: 'stream_anew', cleared_ms: AGAIN.now + MINUTE_MS },
  ])
  expect(await store.db.selectFrom('mark').selectAll().execute()).toMatchObject([
    { stream_id: anew.id, ending: 'lost', ended_ms: AGAIN.now },
  ])
  expect(await store.db.selectFrom('alert_rule').select('stream_id').execute()).toEqual([
    { stream_id: anew.id },
  ])
  expect(await readSetting(store.db, anew.id, 'sample_rule')).toBe('made')
  // Since when something is measured is of the panes, and they stay.
  expect(await readSetting(store.db, anew.id, 'measured_since')).toBeUndefined()
  expect(await readSetting(store.db, first.id, 'measured_since')).toBe('{}')
})

test('a change that cannot be written whole is not written: no rule is left behind', async () => {
  const { id: stream_id } = await settleStream(store.db, PLACE, FIRST)
  const rule = { id: 'rule', stream_id, body: '{}', sample: 0, created_ms: 1, updated_ms: 1 }
  await store.db.insertInto('alert_rule').values(rule).execute()
  await sql`create trigger full before update on alert_rule
    begin select raise(fail, 'disk full'); end`.execute(store.db)
  await expect(settleStream(store.db, PLACE, AGAIN)).rejects.toThrow(/disk full/)
  await sql`drop trigger full`.execute(store.db)
  const anew = await settleStream(store.db, PLACE, AGAIN)
  expect(await store.db.selectFrom('alert_rule').select('stream_id').execute()).toEqual([
    { stream_id: anew.id },
  ])
})

test('that figures begin at nothing is kept where the folder has others, and what to do about it', async () => {
  const first = await settleStream(store.db, PLACE, FIRST)
  const told = async (id: number) =>
    (await readChanges(store.db, id, 9)).map(({ kind, text }) => [kind, text])
  expect(await told(first.id)).toEqual([])
  await addShard(first.id, { applied: 5_334 })
  const proxy = { ...PLACE, place: 'http://127.0.0.1:4567' }
  const { id } = await settleStream(store.db, proxy, FIRST)
  expect(await told(id)).toEqual([
    [
      'elsewhere',
      expect.stringMatching(/clickstream at us-east-1, 5,334 events.*endpoint or region/),
    ],
  ])
  const orders = { ...PLACE, name: 'orders' }
  const other = await settleStream(store.db, orders, FIRST)
  expect(await told(other.id)).toEqual([
    ['elsewhere', expect.stringMatching(/go on when it is read again/)],
  ])
  expect(await readElsewhere(store.db, orders)).toEqual([
    { ...proxy, applied: 0, lastArrivalAt: null },
    { ...PLACE, applied: 5_334, lastArrivalAt: null },
  ])
  // Back again nothing is new.
  await settleStream(store.db, PLACE, FIRST)
  expect(await told(first.id)).toEqual([])
})

test('changes are kept with the stream that goes on, the newest hundred', async () => {
  const first = await settleStream(store.db, PLACE, FIRST)
  const changes = Array.from({ length: 150 }, (_, n) => {
    return { at: n, kind: 'kpi_gone' as const, text: `KPI ${n}` }
  })
  for (const change of changes) await addChanges(store.db, first.id, [change])
  const anew = await settleStream(store.db, PLACE, AGAIN)
  const kept = await readChanges(store.db, anew.id, 1_000)
  expect(kept[0]).toMatchObject({ at: AGAIN.now, kind: 'created_again' })
  expect(kept.slice(1)).toEqual(changes.slice(-99).reverse())
})

test.each(['created_ms', 'since_ms', 'first_start_ms'])(
  'a row whose %s changed by itself is damaged, and no stream that was created again',
  async (column) => {
    const stream = await settleStream(store.db, PLACE, FIRST)
    await addShard(stream.id, { applied: 7 })
    await sql`update stream set ${sql.ref(column)} = 77`.execute(store.db)
    const found = await settleStream(store.db, PLACE, FIRST)
    expect(found).toMatchObject({ id: stream.id, createdMs: NOON, damaged: { what: 'row' } })
    const damage = createDamage(store.db, { clock: { now: () => NOON } })
    damage.found(damagedStream(found as Damaged))
    await damage.flush()
    const { damaged, ...mended } = await settleStream(store.db, PLACE, FIRST)
    expect({ ...mended, damaged }).toMatchObject({ id: stream.id, createdMs: NOON })
    expect(damaged).toBeUndefined()
    const [row, ...more] = await store.db.selectFrom('damaged').selectAll().execute()
    expect(more).toEqual([])
    expect(row).toMatchObject({ source: 'stream', why: expect.stringContaining('not as it was') })
    expect(String(Buffer.from(row?.held ?? ''))).toContain('77')
  },
)

test('the row of a version without checksums gets one when it is found', async () => {
  await settleStream(store.db, PLACE, FIRST)
  await store.db.updateTable('stream').set({ crc: null }).execute()
  await settleStream(store.db, PLACE, FIRST)
  await store.db.updateTable('stream').set({ created_ms: 8 }).execute()
  expect(await settleStream(store.db, PLACE, FIRST)).toMatchObject({ damaged: { what: 'row' } })
})

test('where the row of a stream is gone, counting anew is told', async () => {
  const former = await settleStream(store.db, PLACE, FIRST)
  await addShard(former.id, { applied: 1_234 })
  await store.db.deleteFrom('stream').execute()
  const anew = await settleStream(store.db, PLACE, FIRST)
  expect(anew.id).not.toBe(former.id)
  const changes = await readChanges(store.db, anew.id, 10)
  expect(changes).toMatchObject([
    { kind: 'elsewhere', text: expect.stringMatching(/lost which stream the figures of 1,234 /) },
  ])
})
