import fc from 'fast-check'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { StreamEvent } from '../../../lib/event.ts'
import type { ChartCell } from '../../../lib/frames.ts'
import { BUILT_IN } from '../../../lib/kpi-catalog.ts'
import { epochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../lib/time.ts'
import { createDamage } from '../../damage/damage.ts'
import { damageCell } from '../../damage/damage-report.ts'
import { createKpiApp, type KpiApp } from './kpi-app.ts'
import { createOverviewView } from './overview-view.ts'
import { openFolder } from './questions.testing.ts'
import { createSpendView } from './spend-view.ts'

let folder: Awaited<ReturnType<typeof openFolder>>
beforeEach(async () => {
  folder = await openFolder()
})
afterEach(() => folder.close())

const STREAM = 1
const NOON = Date.UTC(2026, 9, 5, 12)
let now = NOON

/** A process with a memory so small that every pane at rest is read from the store again. */
async function boot(): Promise<KpiApp> {
  const clock = { now: () => now, monotonicMs: () => now }
  const { db } = folder.store
  const app = createKpiApp({
    ...{ catalog: BUILT_IN, db, streamId: STREAM, clock, maxRestingBytes: 1 },
    damage: createDamage(db, { clock }),
  })
  await app.restore()
  return app
}

const view = (time: number, page = '/a'): StreamEvent =>
  ({
    id: 'e',
    type: 'page_view',
    page,
    costMicros: 1_000_000,
    currency: 'USD',
    time: epochMs(time),
  }) as StreamEvent

async function take(app: KpiApp, ...events: StreamEvent[]): Promise<void> {
  app.fold(
    events.map((event) => ({
      ...{
        event,
        shardId: 's',
        sequenceNumber: '1',
        index: 0,
        arrivedAt: now,
        late: false,
        beyond: false,
      },
    })),
  )
  await commit(app)
}

async function commit(app: KpiApp, flush = false): Promise<void> {
  if (flush) app.flushNext()
  const work = app.seal()
  await folder.store.db.transaction().execute((tx) => work.write(tx, STREAM))
  work.committed()
}

const GARBAGE = Buffer.from('garbage')
const spoil = (levelMs: number, startMs: number, dimension = '') =>
  sql`update pane set body = ${GARBAGE}
    where level_ms = ${levelMs} and start_ms = ${startMs} and dimension = ${dimension}`.execute(
    folder.store.db,
  )

const named = async () => (await damageCell(folder.store.db, STREAM)).newest

/** Views of four minutes, one a second, all of them in rows, and nobody who runs. */
async function fourMinutes(): Promise<void> {
  now = NOON
  const app = await boot()
  for (let n = 0; n < 240; n++) await take(app, view(NOON - 4 * MINUTE_MS + n * SECOND_MS))
  for (let n = 0; n < 80; n++) await commit(app, true)
}

describe('a pane row that is damaged', () => {
  beforeEach(fourMinutes)

  test('is kept aside with its bytes and a reason, and named', async () => {
    await spoil(MINUTE_MS, NOON - 2 * MINUTE_MS)
    const app = await boot()
    await app.series({ kpi: 'page_views', spanMs: 4 * MINUTE_MS, stepMs: MINUTE_MS }, now)
    await commit(app)
    await take(app, view(now))
    expect(await named()).toEqual([
      {
        id: 1,
        table: 'pane',
        key: { level_ms: MINUTE_MS, dimension: '', start_ms: NOON - 2 * MINUTE_MS },
        why: 'it is not as it was written: the checksum does not fit',
        foundAt: now,
      },
    ])
    const kept = await folder.store.db
      .selectFrom('damaged')
      .select('held')
      .executeTakeFirstOrThrow()
    expect(Buffer.from(kept.held as Uint8Array)).toEqual(GARBAGE)
  })

  test('marks the steps that are made of it, and no others, through a restart', async () => {
    await spoil(MINUTE_MS, NOON - 2 * MINUTE_MS)
    let app = await boot()
    for (let starts = 0; starts < 2; starts++) {
      const minutes = await app.series(
        { kpi: 'page_views', spanMs: 4 * MINUTE_MS, stepMs: MINUTE_MS, to: NOON },
        now,
      )
      expect(minutes.points.map(({ value, incomplete }) => [value.value ?? 0, incomplete])).toEqual(
        [
          [60, undefined],
          [60, undefined],
          [0, true],
          [60, undefined],
        ],
      )
      const seconds = await app.series(
        { kpi: 'page_views', spanMs: 4 * MINUTE_MS, stepMs: 10 * SECOND_MS, to: NOON },
        now,
      )
      expect(seconds.points.filter(({ incomplete }) => incomplete === true)).toEqual([])
      const kpis = await app.kpis({ window: '5m' }, now)
      expect(kpis.incomplete).toEqual([{ from: NOON - 2 * MINUTE_MS, to: NOON - MINUTE_MS }])
      expect((await app.kpis({ from: NOON - MINUTE_MS, to: NOON }, now)).incomplete).toEqual([
        { from: NOON - 2 * MINUTE_MS, to: NOON - MINUTE_MS },
      ])
      await take(app, view(now))
      app = await boot()
    }
  })

  test('does not stop an event that comes late to it: it is counted, and the step stays marked', async () => {
    await spoil(MINUTE_MS, NOON - 2 * MINUTE_MS)
    const app = await boot()
    await take(app, view(NOON - 2 * MINUTE_MS + 500))
    for (let n = 0; n < 80; n++) await commit(app, true)
    expect(await named()).toHaveLength(1)
    const next = await boot()
    const { points } = await next.series(
      { kpi: 'page_views', spanMs: 4 * MINUTE_MS, stepMs: MINUTE_MS, to: NOON },
      now,
    )
    expect(points[2]).toMatchObject({ value: { value: 1 }, incomplete: true })
  })

  test('is said by key where it is one of keys', async () => {
    await spoil(MINUTE_MS, NOON - 2 * MINUTE_MS, 'page')
    const app = await boot()
    const by = { dimension: 'page', limit: 5, rankedBy: 'page_views' } as const
    const kpis = await app.kpis({ window: '5m', by }, now)
    expect(kpis.incomplete).toBeUndefined()
    expect(kpis.by?.incomplete).toEqual([{ from: NOON - 2 * MINUTE_MS, to: NOON - MINUTE_MS }])
    const series = await app.series(
      { kpi: 'page_views', spanMs: 4 * MINUTE_MS, stepMs: MINUTE_MS, to: NOON, by },
      now,
    )
    const marks = (list: readonly { incomplete?: true }[] = []) =>
      list.map(({ incomplete }) => incomplete === true)
    expect(marks(series.points)).toEqual([false, false, false, false])
    expect(marks(series.by?.series[0]?.points)).toEqual([false, false, true, false])
  })

  test('is said by the overview and by spend, in the window and in the chart', async () => {
    await spoil(MINUTE_MS, NOON - 2 * MINUTE_MS)
    const app = await boot()
    const lost = { from: NOON - 2 * MINUTE_MS, to: NOON - MINUTE_MS }
    const overview = createOverviewView({ kind: 'overview', window: '1h', kpi: 'page_views' }, app)
    const { chart } = (await overview.state(now)).cells as { chart: ChartCell }
    expect(chart.incomplete).toEqual({ window: [lost], steps: [] })
    const ratio = createOverviewView({ kind: 'overview', window: '1h', kpi: 'ctr' }, app)
    const ctr = (await ratio.state(now)).cells.chart
    // Each point is over the hour up to it: the minute is in it, but for noon, which is one pane of an hour.
    expect(ctr?.incomplete?.steps).toEqual([
      { from: NOON - 80 * SECOND_MS, to: NOON - 20 * SECOND_MS },
      { from: NOON, to: NOON + 20 * SECOND_MS },
    ])
    const spend = createSpendView({ kind: 'spend', window: '1h' }, app)
    expect((await spend.state(now)).cells.spend?.incomplete?.window).toEqual([lost])
    for (const view of [overview, ratio, spend]) view.close()
  })

  test('keeps no list from being there: it says that it is incomplete', async () => {
    await spoil(MINUTE_MS, NOON - 2 * MINUTE_MS, 'page')
    await spoil(10 * SECOND_MS, NOON - 3 * MINUTE_MS - 20 * SECOND_MS, 'page')
    now = NOON + 3 * SECOND_MS
    const app = await boot()
    const overview = createOverviewView({ kind: 'overview', window: '5m', kpi: 'visitors' }, app)
    for (let seconds = 0; seconds < 130; seconds += 10) {
      const page = async () => (await overview.state(now)).cells['list.page']
      // Where a damaged pane goes out of it, the window is made anew, for the next frame.
      const list = (await page()) ?? (await page())
      const lost = list?.incomplete ?? []
      // Of the 240 views those of the minute are missing, and while the window is made of them those of ten seconds.
      const missing = lost.reduce((sum, { from, to }) => sum + (to - from) / SECOND_MS, 0)
      const gone = Math.max(0, seconds - 56)
      expect([seconds, list?.rows[0]?.value.value]).toEqual([seconds, 240 - gone - missing])
      now += 10 * SECOND_MS
    }
    overview.close()
  })

  test('leaves a window that slides past it as exact as one that never saw it', async () => {
    const app = await boot()
    const subject = { dimension: '' as const, key: '' }
    const window = app.reader.windows.cell('test', subject)
    const count = async (from: number) => {
      const range = { from, to: from + 2 * MINUTE_MS }
      return app.reader.read(
        () =>
          window.needs(range).map(({ level, start }) => ({
            dimension: '',
            from: start,
            to: start + [SECOND_MS, 10 * SECOND_MS, MINUTE_MS, HOUR_MS][level]!,
          })),
        () => {
          window.moveTo(range)
          return { events: window.cell()?.counts[0] ?? 0, lost: window.lost().length }
        },
      )
    }
    expect(await count(NOON - 4 * MINUTE_MS)).toEqual({ events: 120, lost: 0 })
    // It is in the sum, and has to be taken out of it from the store.
    await spoil(10 * SECOND_MS, NOON - 4 * MINUTE_MS + 10 * SECOND_MS)
    for (let s = 10; s <= 60; s += 10) {
      const { events, lost } = await count(NOON - 4 * MINUTE_MS + s * SECOND_MS)
      expect(events).toBe(lost === 0 ? 120 : 110)
    }
    window.close()
  })
})

describe('a delta that is damaged', () => {
  const damageDelta = (change: { body?: Buffer; places?: string; crc?: null }) =>
    folder.store.db.updateTable('pane_delta').set(change).where('stream_id', '=', STREAM).execute()

  const lostAt = async (app: KpiApp, time: number) => {
    const from = time - (time % SECOND_MS)
    const { points } = await app.series(
      { kpi: 'page_views', from, to: from + SECOND_MS, stepMs: SECOND_MS },
      now,
    )
    return points[0]?.incomplete === true
  }

  test('loses the panes that it names and no row holds, in every level, and nothing else', async () => {
    now = NOON
    const app = await boot()
    const late = NOON - 2 * HOUR_MS
    await take(app, view(now), view(late))
    await damageDelta({ body: Buffer.from([1, 2, 3]) })
    const next = await boot()
    expect(await named()).toMatchObject([{ table: 'pane_delta', key: { seq: 1 } }])
    const steps = async (stepMs: number) =>
      (await next.series({ kpi: 'page_views', spanMs: 3 * HOUR_MS, stepMs }, now)).points
        .filter(({ incomplete }) => incomplete === true)
        .map(({ t }) => t)
    for (const stepMs of [10 * SECOND_MS, MINUTE_MS, HOUR_MS]) {
      expect(await steps(stepMs)).toEqual([late, now].map((time) => time - (time % stepMs)))
    }
    expect(await lostAt(next, now)).toBe(true)
  })

  test('that does not say either what it added to: those of the deltas beside it count as lost', async () => {
    now = NOON
    const app = await boot()
    await take(app, view(now))
    now += SECOND_MS
    await take(app, view(now), view(now - SECOND_MS))
    await folder.store.db
      .updateTable('pane_delta')
      .set({ body: GARBAGE, places: 'garbage' })
      .where('seq', '=', 1)
      .execute()
    const next = await boot()
    expect(await lostAt(next, NOON)).toBe(true)
    expect(await lostAt(next, NOON - 10 * SECOND_MS)).toBe(false)
    expect((await next.kpis({ window: '1m' }, now)).kpis.page_views?.value.value).toBe(2)
  })

  test('of a version without checksums, alone: what was read last counts as lost', async () => {
    now = NOON
    const app = await boot()
    await take(app, view(now))
    await sql`insert into shard (stream_id, shard_id, parents, hash_from, hash_to, closed, finished, newest_event_ms)
      values (${STREAM}, 's', '[]', '0', '1', 0, 0, ${NOON})`.execute(folder.store.db)
    await damageDelta({ body: GARBAGE, places: null as unknown as string, crc: null })
    const next = await boot()
    expect(await lostAt(next, NOON)).toBe(true)
    expect(await lostAt(next, NOON - 5 * MINUTE_MS)).toBe(false)
  })

  test('and that a version without checksums wrote whole is added as ever', async () => {
    now = NOON
    const app = await boot()
    await take(app, view(now))
    await damageDelta({ places: null as unknown as string, crc: null })
    const next = await boot()
    expect(await lostAt(next, NOON)).toBe(false)
    expect(await named()).toEqual([])
  })
})

describe('a pane row of a version without checksums', () => {
  beforeEach(async () => {
    await fourMinutes()
    await folder.store.db.updateTable('pane').set({ crc: null }).execute()
  })

  const minutes = async () => {
    const app = await boot()
    const { points } = await app.series(
      { kpi: 'page_views', spanMs: 4 * MINUTE_MS, stepMs: MINUTE_MS, to: NOON },
      now,
    )
    return points.map(({ value, incomplete }) => (incomplete === true ? 'lost' : value.value))
  }

  test('is read as ever', async () => {
    expect(await minutes()).toEqual([60, 60, 60, 60])
    expect(await named()).toEqual([])
  })

  test('is set aside where it cannot be decoded', async () => {
    await spoil(MINUTE_MS, NOON - 3 * MINUTE_MS)
    expect(await minutes()).toEqual([60, 'lost', 60, 60])
  })

  test('is read or set aside, whatever is in it: nothing throws or goes on for ever', async () => {
    const place = sql`level_ms = ${MINUTE_MS} and start_ms = ${NOON - 3 * MINUTE_MS} and dimension = ''`
    const { rows } = await sql<{ body: ArrayBuffer }>`select body from pane where ${place}`.execute(
      folder.store.db,
    )
    const whole = Buffer.from(rows[0]?.body ?? new ArrayBuffer())
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.nat(whole.length),
        async (changes, length) => {
          const body = Buffer.from(whole)
          for (const [at, byte] of changes) body[at] = byte
          const cut = length % 3 === 0 ? body.subarray(0, length) : body
          await sql`delete from pane where ${place}`.execute(folder.store.db)
          await sql`insert into pane (stream_id, level_ms, dimension, start_ms, body)
            values (${STREAM}, ${MINUTE_MS}, '', ${NOON - 3 * MINUTE_MS}, ${cut})`.execute(
            folder.store.db,
          )
          await folder.store.db.deleteFrom('lost_pane').execute()
          const [first, second, ...others] = await minutes()
          expect([first, ...others]).toEqual([60, 60, 60])
          expect(second === 'lost' || Number.isSafeInteger(second ?? 0)).toBe(true)
        },
      ),
      { numRuns: 100 },
    )
  })
})

describe('what the app remembers of a stream', () => {
  test.each(['panes_kept', 'measured_since', 'panes_crossed'])(
    '%s that cannot be read is set aside, and the app starts',
    async (name) => {
      now = NOON
      await take(await boot(), view(now))
      await folder.store.db
        .updateTable('setting')
        .set({ value: '{"page_view":' })
        .where('name', '=', name)
        .execute()
      const app = await boot()
      expect(await named()).toMatchObject([{ table: 'setting', key: { name } }])
      expect((await app.kpis({ window: '1m' }, now)).kpis.page_views?.value.value).toBe(1)
      const kept = folder.store.db.selectFrom('setting').select('value').where('name', '=', name)
      expect(JSON.parse((await kept.executeTakeFirstOrThrow()).value)).toBeTypeOf('object')
    },
  )
})
