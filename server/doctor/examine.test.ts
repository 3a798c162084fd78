import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Kysely, sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { StreamEvent } from '../../lib/event.ts'
import { BUILT_IN } from '../../lib/kpi-catalog.ts'
import type { KpiMark } from '../../lib/kpi-mark.ts'
import { epochMs, SECOND_MS } from '../../lib/time.ts'
import { createRuleStore } from '../alerts/rule-store.ts'
import { createKpiApp } from '../apps/kpi/kpi-app.ts'
import { createComposedKpis } from '../catalog/composed-kpis.ts'
import { createDamage } from '../damage/damage.ts'
import { createMarkStore } from '../marks/mark-store.ts'
import { crc32 } from '../platform/crc32.ts'
import { holdFolder } from '../store/hold-folder.ts'
import { openStore } from '../store/open-store.ts'
import type { Schema } from '../store/schema.ts'
import { addStream } from '../store/stream-row.ts'
import { writeMemory } from '../stream/commit/memory-rows.ts'
import { writeShards } from '../stream/commit/shard-rows.ts'
import { createSeenIds } from '../stream/records/seen-ids.ts'
import { newShard } from '../stream/shards/shard-progress.ts'
import { examine } from './examine.ts'
import { exitCodeOf, reportText } from './finding.ts'

const NOON = epochMs(Date.UTC(2026, 9, 5, 12))
const clock = { now: () => NOON, monotonicMs: () => NOON }

let folder: string
let file: string
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'kinesight-doctor-'))
  file = path.join(folder, 'kinesight.db')
  await inStore(fill)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function inStore(act: (db: Kysely<Schema>) => Promise<unknown>): Promise<void> {
  const store = await openStore(file)
  await act(store.db)
  await sql`pragma wal_checkpoint(truncate)`.execute(store.db)
  await store.close()
}

/** A row or more of everything, written by what writes it while Kinesight runs. */
async function fill(db: Kysely<Schema>): Promise<void> {
  const { id: streamId } = await addStream(
    db,
    { name: 'clicks', place: 'here' },
    { createdMs: 1, startAt: { kind: 'trim_horizon' } },
  )
  const damage = createDamage(db, { clock })
  const app = createKpiApp({ catalog: BUILT_IN, db, streamId, clock, damage })
  await app.restore()
  for (let n = 0; n < 30; n++) {
    if (n > 0 && n < 20) app.flushNext()
    app.fold(n < 10 || n > 25 ? [viewed(NOON - 60 * SECOND_MS + n * SECOND_MS)] : [])
    const work = app.seal()
    await db.transaction().execute((tx) => work.write(tx, streamId))
    work.committed()
  }
  const seen = createSeenIds()
  for (let n = 0; n < 9; n++) seen.check(`id-${n}`, NOON)
  const shard = {
    ...newShard({ shardId: 'shard-0', parents: [], hashFrom: '0', hashTo: '9', closed: false }),
    checkpoint: '49590338271490256608559692538361571095921575989136588898',
  }
  await db.transaction().execute(async (tx) => {
    await writeMemory(tx, { streamId, table: 'seen' }, seen.takeNews())
    await writeShards(tx, streamId, [shard])
  })
  const rules = createRuleStore(db, { streamId: () => streamId, clock, newId: () => 'r', damage })
  await rules.create({ kpi: 'spend', window: '5m', when: 'above', value: '50' })
  await createMarkStore(db, { streamId: () => streamId, damage }).put({ mark, found })
  await createComposedKpis(db, { clock, damage }).create({
    id: 'carts',
    label: 'Carts',
    formula: { kind: 'count', of: { type: 'cart' } },
    better: 'none',
  })
}

const viewed = (time: number) => ({
  event: { id: 'e', type: 'page_view', page: '/a', time: epochMs(time) } as StreamEvent,
  ...{ shardId: 'shard-0', sequenceNumber: '1', index: 0, arrivedAt: NOON },
  ...{ late: false, beyond: false },
})

const mark: KpiMark = {
  ...{ id: 'm', kpi: 'spend', direction: 'up', factor: 4, began: NOON, ended: null, ending: null },
  cause: { dimension: 'page', key: '/a', share: 0.9 },
  text: 'Spend 4× usual',
}
const found = {
  ...({ since: NOON, direction: 'up', expected: 1, value: 4, factor: 4, score: 6 } as const),
}

/** By name. The one that ends in -shm is an index that SQLite makes anew. */
const contents = () =>
  Object.fromEntries(
    readdirSync(folder)
      .filter((name) => !name.endsWith('-shm'))
      .map((name) => [name, crc32(readFileSync(path.join(folder, name)))]),
  )

async function foundIn() {
  const { checks } = await examine(folder)
  return checks
    .filter(({ kind }) => kind === 'found')
    .map(({ name, findings }) => [name, findings.map(({ where, what }) => `${where}: ${what}`)])
}

test('a store that is as it was written is well, and stays byte for byte', async () => {
  const before = contents()
  const report = await examine(folder)
  expect(report.checks.filter(({ kind }) => kind !== 'ok')).toEqual([])
  expect(exitCodeOf(report)).toBe(0)
  expect(contents()).toEqual(before)
  const text = reportText(report)
  expect(text).toMatch(/\nok {7}Panes: [1-9]\d* panes\n/)
  expect(text).toMatch(/\nok {7}What was added to panes last: [1-9]\d* commits\n/)
  expect(text).toMatch(/\nAll is well\.\n$/)
})

test('an embedded stream is said not to have been looked at', async () => {
  mkdirSync(path.join(folder, 'kinesis'))
  const text = reportText(await examine(folder))
  expect(text).toMatch(/\nnoted {4}Embedded stream: .*kinesis was not looked at: /)
})

describe('a row that is damaged is found, with where it is and how to mend it', () => {
  test.each<[string, string, RegExp]>([
    [
      "update pane set body = x'0102' where start_ms = (select min(start_ms) from pane)",
      'Panes',
      /^pane of stream clicks, level_ms \d+, .*: it is not as it was written/,
    ],
    [
      "update pane set body = x'0102', crc = null where dimension = 'page'",
      'Panes',
      /^pane of stream clicks, level_ms \d+, dimension "page", start_ms \d+: /,
    ],
    ['update pane set level_ms = 7 where level_ms = 1000', 'Panes', /no panes have its length/],
    [
      "update pane_delta set body = x'01'",
      'What was added to panes last',
      /^pane_delta of stream clicks, seq \d+: it is not as it was written/,
    ],
    [
      "update pane_delta set body = x'0909', crc = null",
      'What was added to panes last',
      /unknown version, 9/,
    ],
    ["update seen set entries = x'00'", 'Ids that were seen', /^seen of stream clicks, seq 1: /],
    [
      "insert into put_again (stream_id, slice_ms, entries, crc) values (1, 0, x'00', 1)",
      'Sub-records without an id',
      /^put_again of stream clicks, seq 1: it is not as it was written/,
    ],
    [
      "update shard set checkpoint = '12'",
      'Shards and their checkpoints',
      /^shard shard-0 of stream clicks: .* the checksum does not fit/,
    ],
    [
      "update shard set checkpoint = 'garbage', crc = null",
      'Shards and their checkpoints',
      /"garbage" is not a sequence number/,
    ],
    [
      "update alert_rule set body = '{'",
      'Alert rules',
      /^alert_rule of stream clicks, id "r": its "body" is not JSON/,
    ],
    [
      `insert into alert_event (stream_id, rule_id, rule, fired_ms, value, peak)
        values (1, 'r', '{}', 5, '1', '1')`,
      'Past alerts',
      /^alert_event of stream clicks, id 1: its "rule" is not what it should be/,
    ],
    ["update mark set cause = '{'", 'Marks', /^mark of stream clicks, id "m": its "cause"/],
    [
      "update kpi_definition set body = '{'",
      'KPIs of your own',
      /^kpi_definition, id "carts": its "body" is not JSON/,
    ],
    [
      "update setting set value = '{' where name = 'panes_kept'",
      'What is remembered of a stream',
      /^setting of stream clicks, name "panes_kept": it cannot be read/,
    ],
    [
      `insert into dead_letter (stream_id, shard_id, sequence_number, event_index, arrived_ms, reason, detail, data, bytes)
        values (1, 'shard-0', '1', 0, 1, 'none of ours', '', x'', 0)`,
      'Dead letters',
      /^dead_letter of stream clicks, id 1: its "reason" is none/,
    ],
    [
      "update stream set start_at = '{'",
      'Streams',
      /^stream clicks: the row of the stream is not as/,
    ],
    [
      "update stream set start_at = '{', crc = null",
      'Streams',
      /^stream clicks: where reading was to begin cannot/,
    ],
    ['update stream set created_ms = 8', 'Streams', /^stream clicks: the row of the stream is not/],
    [
      'update shard set stream_id = 9',
      'Streams',
      /^shards of stream 9: the row of their stream is gone/,
    ],
    [
      "insert into event_total values (1, 'page_view', 3)",
      'Sums',
      /^totals of stream clicks: 0 events were applied, and 3 are counted by type/,
    ],
  ])('%s', async (change, name, words) => {
    await inStore((db) => sql.raw(change).execute(db))
    const before = contents()
    const report = await examine(folder)
    expect(contents()).toEqual(before)
    const wrong = report.checks.filter(({ kind }) => kind !== 'ok')
    expect(wrong.map((check) => check.name)).toEqual([name])
    expect(wrong[0]?.findings.map(({ where, what }) => `${where}: ${what}`)[0]).toMatch(words)
    expect(wrong[0]?.findings[0]?.remedy).toMatch(
      /Nothing has to be done|a backup of (it|DATA_DIR)/,
    )
    expect(exitCodeOf(report)).toBe(1)
    expect(reportText(report)).toContain(`found    ${name}`)
  })

  test('in the log of SQLite, too, after a kill', async () => {
    const store = await openStore(file)
    await sql`update alert_rule set body = '{'`.execute(store.db)
    const copy = mkdtempSync(path.join(tmpdir(), 'kinesight-doctor-'))
    for (const name of ['kinesight.db', 'kinesight.db-wal', 'kinesight.db-made'])
      copyFileSync(path.join(folder, name), path.join(copy, name))
    await store.close()
    rmSync(folder, { recursive: true })
    folder = copy
    const before = contents()
    expect((await foundIn()).map(([name]) => name)).toEqual(['Alert rules'])
    expect(contents()).toEqual(before)
  })

  test('and what was set aside before is noted only', async () => {
    await inStore((db) =>
      sql`insert into damaged (stream_id, source, row_key, held, bytes, why, found_ms)
        values (1, 'pane', '{}', x'', 0, 'bad', 0)`.execute(db),
    )
    const report = await examine(folder)
    expect(report.checks.filter(({ kind }) => kind !== 'ok')).toMatchObject([
      { name: 'Set aside before', kind: 'noted', found: 1 },
    ])
    expect(exitCodeOf(report)).toBe(0)
  })
})

describe('a file that is damaged', () => {
  test('in a page fails the integrity check', async () => {
    let page = 0
    await inStore(async (db) => {
      const { rows } = await sql<{ rootpage: number }>`
        select rootpage from sqlite_master where name = 'pane'`.execute(db)
      page = rows[0]?.rootpage ?? 0
    })
    expect(page).toBeGreaterThan(1)
    const bytes = readFileSync(file)
    bytes.fill(0xff, (page - 1) * 4_096, page * 4_096)
    writeFileSync(file, bytes)
    const names = (await foundIn()).map(([name]) => name)
    expect(names).toContain('Integrity of the file')
    expect(exitCodeOf(await examine(folder))).toBe(1)
  })

  test.each<[string, () => void, RegExp]>([
    [
      'no database',
      () => writeFileSync(file, 'a text that is no database. '.repeat(300)),
      /no store/,
    ],
    ['empty', () => truncateSync(file), /its file is empty, but a store was here before/],
    ['missing', () => rmSync(file), /its file is missing, but a store was here before/],
  ])('%s: it is said, and a backup put back mends it', async (_, spoil, words) => {
    spoil()
    const [check, room] = (await examine(folder)).checks
    expect(check).toMatchObject({ name: 'File of the store', kind: 'found' })
    expect(check?.findings[0]?.what).toMatch(words)
    expect(check?.findings[0]?.remedy).toMatch(/put back a backup|Put a copy of the file back/)
    expect(room?.name).toBe('Room on the disk')
  })

  test('of a newer version is named, and its rows are left alone', async () => {
    await inStore((db) =>
      sql`insert into kysely_migration values ('9999-later', '2030-01-01')`.execute(db),
    )
    expect(await foundIn()).toEqual([
      [
        'Version of the schema',
        [expect.stringContaining('a newer Kinesight has changed it (9999-later)')],
      ],
    ])
  })

  test('that lacks a table fails that check only, and is not taken for damaged', async () => {
    await inStore((db) => sql`drop table event_total`.execute(db))
    const report = await examine(folder)
    const others = report.checks.filter(({ kind }) => kind !== 'ok')
    expect(others.map(({ name, kind }) => [name, kind])).toEqual([['Sums', 'skipped']])
    expect(reportText(report)).toMatch(
      /skipped {2}Sums: the check failed: no such table: event_total/,
    )
  })

  test('of an older version is not looked at in full', async () => {
    await inStore((db) => sql`delete from kysely_migration where name > '0008'`.execute(db))
    const report = await examine(folder)
    expect(report.checks.find(({ kind }) => kind === 'skipped')?.note).toMatch(
      /an older Kinesight made it .*start this version once/,
    )
    expect(exitCodeOf(report)).toBe(2)
  })
})

describe('it does not look', () => {
  test('while a Kinesight runs on the folder', async () => {
    const held = holdFolder(folder)
    await expect(examine(folder)).rejects.toThrow(
      /Another Kinesight uses the data folder .*: stop it/,
    )
    held.release()
    expect(statSync(path.join(folder, 'lock.db')).isFile()).toBe(true)
  })

  test('where there is no folder, or no store in it', async () => {
    await expect(examine(path.join(folder, 'none'))).rejects.toThrow(/There is no data folder/)
    const empty = mkdtempSync(path.join(folder, 'empty-'))
    await expect(examine(empty)).rejects.toThrow(/There is no store in/)
    expect(readdirSync(empty)).toEqual([])
  })
})
