import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { epochMs, MINUTE_MS } from '../../lib/time.ts'
import { encodePlaces } from '../../server/apps/kpi/delta-places.ts'
import { bytesOf } from '../../server/damage/bytes-of.ts'
import { openStore, type Store } from '../../server/store/open-store.ts'
import { createDamager, type Damager } from './damager.testing.ts'
import { planOf } from './plan.ts'
import { derivedRandom } from './random.ts'

const NOON = epochMs(Date.UTC(2026, 9, 5, 12))
const BODY = Buffer.from('a body of some length')
const LEVEL_OF_MINUTES = 2
const OLD = NOON - 3 * 24 * 60 * MINUTE_MS

let folder: string
let store: Store
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'kinesight-damager-'))
  store = await openStore(path.join(folder, 'kinesight.db'))
  const { db } = store
  for (const start of [NOON - MINUTE_MS, NOON]) {
    const place = { stream_id: 1, dimension: '', start_ms: start, body: BODY }
    await db
      .insertInto('pane')
      .values({ ...place, level_ms: MINUTE_MS })
      .execute()
  }
  await db
    .insertInto('pane')
    .values({ stream_id: 1, dimension: '', start_ms: OLD, body: BODY, level_ms: 1_000 })
    .execute()
  const pane = { level: LEVEL_OF_MINUTES, dimension: '', start: NOON } as never
  const places = encodePlaces([pane])
  await db.insertInto('pane_delta').values({ stream_id: 1, body: BODY, places }).execute()
  await sql`insert into shard (stream_id, shard_id, parents, hash_from, hash_to, closed, finished, checkpoint)
    values (1, 'a', '[]', '0', '1', 0, 0, '4959'), (1, 'read', '[]', '0', '1', 1, 1, '4960'), (1, 'new', '[]', '0', '1', 0, 0, null)`.execute(
    db,
  )
})
afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

const damagerOf = (seed: number, share = 1) =>
  createDamager({ db: store.db, random: derivedRandom(seed, 'damager'), now: () => NOON, share })

async function rows() {
  const { db } = store
  const panes = await db
    .selectFrom('pane')
    .select(['level_ms', 'dimension', 'start_ms', 'body'])
    .execute()
  const deltas = await db.selectFrom('pane_delta').select(['seq', 'body']).execute()
  const shards = await db.selectFrom('shard').selectAll().orderBy('shard_id').execute()
  return { panes, deltas, shards }
}

/** What holds something else than it did, with what it holds. */
async function changed() {
  const { panes, deltas } = await rows()
  return [
    ...panes.map(({ body, ...key }) => ({ table: 'pane', key, held: Buffer.from(bytesOf(body)) })),
    ...deltas.map(({ body, ...key }) => ({
      ...{ table: 'pane_delta', key, held: Buffer.from(bytesOf(body)) },
    })),
  ].filter(({ held }) => !held.equals(BODY))
}

const byKey = (a: { key: object }, b: { key: object }) =>
  JSON.stringify(a.key).localeCompare(JSON.stringify(b.key))

const said = ({ wounds }: Damager) =>
  wounds.map(({ table, key, held }) => ({ table, key, held })).sort(byKey)

const STOPPED = 'a: {"kind":"stopped","remedy":"put back a backup"}, at garbage'

describe('the damager', () => {
  test('changes the rows that it says, to what it says, each once, and none that expires', async () => {
    const damager = damagerOf(7)
    for (let times = 0; times < 30; times++) await damager.rest()
    expect(said(damager)).toHaveLength(3)
    expect((await changed()).sort(byKey)).toEqual(said(damager))
    expect(damager.wounds.filter(({ key }) => key.start_ms === OLD)).toEqual([])
  })

  test('says which panes may lack what a delta held, and those that they are a part of', async () => {
    const damager = damagerOf(7)
    for (let times = 0; times < 30; times++) await damager.rest()
    const delta = damager.wounds.find(({ table }) => table === 'pane_delta')
    expect(delta?.places).toEqual([
      { levelMs: MINUTE_MS, from: NOON, to: NOON + MINUTE_MS },
      { levelMs: 60 * MINUTE_MS, from: NOON, to: NOON + 60 * MINUTE_MS },
    ])
  })

  test('makes garbage of the checkpoint of one shard that is read, and puts it back once that is said', async () => {
    const before = (await rows()).shards
    const damager = damagerOf(7)
    while (damager.awaited() === undefined) await damager.rest()
    expect(damager.awaited()).toBe('a')
    const [a, ...others] = (await rows()).shards
    expect(a?.checkpoint).not.toMatch(/^\d+$/)
    expect(others).toEqual(before.slice(1))
    await damager.rest()
    expect((await rows()).shards[0]).toEqual(a)
    damager.hear([
      'read: {"kind":"stopped","remedy":"put back a backup"}, at 1',
      'a: {"kind":"reading"}',
    ])
    expect(damager.awaited()).toBe('a')
    damager.hear([STOPPED])
    expect(damager.awaited()).toBeUndefined()
    await damager.lastRest()
    expect((await rows()).shards).toEqual(before)
    expect([damager.checkpoints, damager.problems]).toEqual([1, []])
  })

  test('tells where the row of a stopped shard was written meanwhile', async () => {
    const damager = damagerOf(7)
    while (damager.awaited() === undefined) await damager.rest()
    await store.db.updateTable('shard').set({ applied: 5 }).where('shard_id', '=', 'a').execute()
    damager.hear([STOPPED])
    await damager.lastRest()
    expect(damager.problems).toEqual([expect.stringMatching(/^a damaged shard was written/)])
  })

  test('damages one row at the last, if it has not come to it before; and none where it is left out', async () => {
    const damager = damagerOf(7)
    await damager.lastRest()
    expect(await changed()).toEqual(said(damager))
    expect(damager.wounds).toHaveLength(1)
    const none = damagerOf(7, 0)
    await none.rest()
    await none.lastRest()
    expect(none.wounds).toEqual([])
  })
})

test('about half of the seeds damage, of runs that are long enough', () => {
  const planned = (minutes: number) =>
    Array.from({ length: 200 }, (_, seed) => planOf(seed, minutes)).filter(
      ({ damage }) => damage > 0,
    )
  expect(planned(1).length).toBeGreaterThan(70)
  expect(planned(1).length).toBeLessThan(130)
  expect(planned(0.4)).toEqual([])
})
