import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { RuleInput } from '../../lib/alert-rule.ts'
import type { KpiMark } from '../../lib/kpi-mark.ts'
import { epochMs } from '../../lib/time.ts'
import { createRuleStore } from '../alerts/rule-store.ts'
import { createComposedKpis } from '../catalog/composed-kpis.ts'
import { createMarkStore } from '../marks/mark-store.ts'
import { openStore, type Store } from '../store/open-store.ts'
import { readMemory, writeMemory } from '../stream/commit/memory-rows.ts'
import { createPutAgain } from '../stream/records/put-again.ts'
import { createSeenIds, type SeenIds } from '../stream/records/seen-ids.ts'
import { createDamage, type Damage } from './damage.ts'
import { damageCell, damagedRows } from './damage-report.ts'

const STREAM = 1
const NOW = epochMs(Date.UTC(2026, 9, 5, 12))
const clock = { now: () => NOW, monotonicMs: () => NOW }

let folder: string
let store: Store
let damage: Damage
const logged: unknown[] = []
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'kinesight-damage-'))
  store = await openStore(path.join(folder, 'kinesight.db'))
  logged.length = 0
  const log = { error: (fields: unknown) => void logged.push(fields) } as never
  damage = createDamage(store.db, { clock, log })
})
afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

const named = async () =>
  (await damageCell(store.db, STREAM)).newest.map(({ table, key, why }) => ({ table, key, why }))

const rule: RuleInput = { kpi: 'spend', window: '5m', when: 'above', value: '50' }
const definition = {
  id: 'carts',
  label: 'Carts',
  formula: { kind: 'count', of: { type: 'cart' } },
  better: 'none',
} as const

describe('a row of JSON that is damaged', () => {
  let ids = 0
  const rules = () =>
    createRuleStore(store.db, {
      streamId: () => STREAM,
      clock,
      newId: () => `rule-${++ids}`,
      damage,
    })

  test.each([
    ['{"kpi":"spe', 'its "body" is not JSON'],
    [
      '{"kpi":"spend","window":"5n","when":"above","value":"50"}',
      'its "body" is not what it should be',
    ],
    [Buffer.from([0, 1, 255]), 'its "body" is not JSON'],
  ])('%s: the rule is set aside and named, the others stay', async (body, why) => {
    const [first, second] = [await rules().create(rule), await rules().create(rule)]
    await sql`update alert_rule set body = ${body} where id = ${first?.id}`.execute(store.db)
    expect(await rules().list()).toEqual([second])
    expect(await rules().get(first?.id ?? '')).toBeUndefined()
    expect(await named()).toEqual([{ table: 'alert_rule', key: { id: first?.id }, why }])
    expect(logged).toMatchObject([{ table: 'alert_rule', problem: why }])
    const [row] = await damagedRows(store.db, STREAM, { limit: 9 })
    expect(Buffer.from(row?.held ?? '', 'base64').toString()).toContain(first?.id)
  })

  test('an alert of the past is set aside, the others are listed', async () => {
    const event = (value: string) =>
      sql`insert into alert_event (stream_id, rule_id, rule, fired_ms, value, peak)
        values (${STREAM}, 'r', ${JSON.stringify(rule)}, 5, ${value}, '{"value":1}')`.execute(
        store.db,
      )
    await event('{"value":1}')
    await event('{"value":')
    expect(await rules().events({ limit: 10 })).toHaveLength(1)
    expect(await named()).toEqual([
      { table: 'alert_event', key: { id: 2 }, why: 'its "value" is not JSON' },
    ])
  })

  test('a mark is set aside, the others are listed', async () => {
    const marks = createMarkStore(store.db, { streamId: () => STREAM, damage })
    const mark = (id: string): KpiMark => ({
      ...{ id, kpi: 'spend', direction: 'up', factor: 4, began: NOW, ended: null, ending: null },
      cause: { dimension: 'page', key: '/a', share: 0.9 },
      text: 'Spend 4× usual',
    })
    const found = {
      since: NOW,
      direction: 'up',
      expected: 1,
      value: 4,
      factor: 4,
      score: 6,
    } as const
    for (const id of ['a', 'b', 'c']) await marks.put({ mark: mark(id), found })
    await sql`update mark set cause = '{"dim' where id = 'a'`.execute(store.db)
    await sql`update mark set expected = 'many' where id = 'b'`.execute(store.db)
    expect((await marks.between({ limit: 9 })).map(({ id }) => id)).toEqual(['c'])
    expect((await marks.open()).map((kept) => kept.mark.id)).toEqual(['c'])
    expect((await named()).map(({ key, why }) => [key.id, why])).toEqual([
      ['b', 'its figures are no numbers'],
      ['a', 'its "cause" is not JSON'],
    ])
  })

  test('a composed KPI is set aside; one that is of a later version is left alone', async () => {
    const composed = createComposedKpis(store.db, { clock, damage })
    await composed.create(definition)
    await composed.create({ ...definition, id: 'broken' })
    await composed.create({ ...definition, id: 'later' })
    await sql`update kpi_definition set body = '{' where id = 'broken'`.execute(store.db)
    await sql`update kpi_definition set body = '{"id":"later","kind":"new"}' where id = 'later'`.execute(
      store.db,
    )
    expect((await composed.list()).map((one) => one.definition.id)).toEqual(['carts'])
    expect(await named()).toEqual([
      { table: 'kpi_definition', key: { id: 'broken' }, why: 'its "body" is not JSON' },
    ])
    const left = await store.db.selectFrom('kpi_definition').select('id').orderBy('id').execute()
    expect(left.map(({ id }) => id)).toEqual(['carts', 'later'])
  })
})

describe('ids that were seen, where a row of them is damaged', () => {
  const IDS = Array.from({ length: 100 }, (_, n) => `id-${n}`)

  async function write(): Promise<void> {
    const seen = createSeenIds()
    for (const id of IDS) seen.check(id, NOW)
    await store.db
      .transaction()
      .execute((tx) => writeMemory(tx, { streamId: STREAM, table: 'seen' }, seen.takeNews()))
  }

  async function restored(): Promise<SeenIds> {
    const seen = createSeenIds()
    await readMemory(store.db, { streamId: STREAM, table: 'seen', damage }, seen.restore)
    return seen
  }

  const known = (seen: SeenIds) => IDS.filter((id) => seen.check(id, NOW)).length

  test.each<[string, (hashes: Buffer) => Buffer, number]>([
    ['one bit', (hashes) => Buffer.from(hashes.fill((hashes[40] as number) ^ 1, 40, 41)), 99],
    ['its end', (hashes) => hashes.subarray(0, 50 * 16 + 7), 50],
    ['all of it', () => Buffer.from('garbage'), 0],
    ['all of it to nothing', () => Buffer.alloc(0), 0],
  ])(
    '%s: the other ids are duplicates as ever, also after another start',
    async (_, change, left) => {
      await write()
      const { entries } = await store.db
        .selectFrom('seen')
        .select('entries')
        .executeTakeFirstOrThrow()
      await store.db
        .updateTable('seen')
        .set({ entries: change(Buffer.from(entries)) })
        .execute()
      expect(known(await restored())).toBe(left)
      expect(await named()).toMatchObject([{ table: 'seen', key: { seq: 1 } }])
      expect(known(await restored())).toBe(left)
      expect(await named()).toHaveLength(1)
    },
  )

  test('its time: the row is set aside whole', async () => {
    await write()
    await sql`update seen set slice_ms = 'noon'`.execute(store.db)
    expect(known(await restored())).toBe(0)
    expect(await store.db.selectFrom('seen').selectAll().execute()).toEqual([])
    expect(await named()).toMatchObject([{ table: 'seen', key: { seq: 1 } }])
  })

  test('a row of a version without checksums is read as ever', async () => {
    await write()
    await store.db.updateTable('seen').set({ crc: null }).execute()
    expect(known(await restored())).toBe(100)
    expect(await named()).toEqual([])
  })
})

test('a damaged row of what was counted without an id is set aside, and the rest of it is known', async () => {
  const place = { streamId: STREAM, table: 'put_again', damage } as const
  const unit = (n: number) => ({ partitionKey: `key-${n}`, data: Buffer.from('{"type":"x"}') })
  const counted = createPutAgain({ maxUnits: 1_000 })
  for (let n = 0; n < 10; n++) expect(counted.isAgain(unit(n), 'outside', NOW)).toBe(false)
  await store.db.transaction().execute((tx) => writeMemory(tx, place, counted.takeNews()))
  const { entries } = await store.db
    .selectFrom('put_again')
    .select('entries')
    .executeTakeFirstOrThrow()
  const torn = Buffer.from(entries).subarray(0, 7 * 16 + 5)
  await store.db.updateTable('put_again').set({ entries: torn }).execute()
  for (let start = 0; start < 2; start++) {
    const restored = createPutAgain({ maxUnits: 1_000 })
    await readMemory(store.db, place, restored.restore)
    const again = Array.from({ length: 10 }, (_, n) => restored.isAgain(unit(n), 'inside', NOW))
    expect(again.filter((each) => each)).toHaveLength(7)
  }
  expect(await named()).toMatchObject([{ table: 'put_again', key: { seq: 1 } }])
})

describe('what is set aside', () => {
  const found = (n: number, held: Uint8Array | string = 'x') => ({
    ...({ streamId: STREAM, table: 'setting', key: { name: `n${n}` }, held, why: 'bad' } as const),
  })

  test('is written once, however often it is found and however often the transaction fails', async () => {
    damage.found(found(1))
    damage.found(found(1))
    const failing = store.db.transaction().execute(async (tx) => {
      await damage.write(tx)
      throw new Error('disk full')
    })
    await expect(failing).rejects.toThrow('disk full')
    expect(await named()).toEqual([])
    await store.db.transaction().execute((tx) => damage.write(tx))
    await Promise.all([damage.flush(), damage.flush()])
    await damage.flush()
    expect(await named()).toHaveLength(1)
  })

  test('is bounded in bytes: more is named without them', async () => {
    const large = new Uint8Array(30 * 1_024 * 1_024)
    for (let n = 0; n < 3; n++) damage.found(found(n, large))
    await damage.flush()
    const rows = await damagedRows(store.db, STREAM, { limit: 9 })
    expect(rows.map(({ bytes, held }) => [bytes, held === ''])).toEqual([
      [large.length, true],
      [large.length, false],
      [large.length, false],
    ])
  })

  test('leaves a row that was written anew meanwhile', async () => {
    const body = Buffer.from('damaged')
    await sql`insert into pane (stream_id, level_ms, dimension, start_ms, body)
      values (${STREAM}, 1000, '', 0, ${Buffer.from('anew')})`.execute(store.db)
    damage.found({
      ...{ streamId: STREAM, table: 'pane', key: { level_ms: 1_000, dimension: '', start_ms: 0 } },
      ...{ held: body, column: 'body', why: 'bad' },
      lost: [{ levelMs: 1_000, dimension: '', startMs: 0 }],
    })
    await damage.flush()
    expect(await store.db.selectFrom('pane').select('start_ms').execute()).toHaveLength(1)
    expect(await store.db.selectFrom('lost_pane').selectAll().execute()).toHaveLength(1)
    expect(await named()).toHaveLength(1)
  })
})
