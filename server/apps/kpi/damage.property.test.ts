import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { StreamEvent } from '../../../lib/event.ts'
import { BUILT_IN } from '../../../lib/kpi-catalog.ts'
import { epochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../lib/time.ts'
import { createDamage } from '../../damage/damage.ts'
import type { AppliedEvent } from '../../stream/stream-app.ts'
import { createKpiApp, type KpiApp } from './kpi-app.ts'
import { openFolder, oracle } from './questions.testing.ts'

type Folder = Awaited<ReturnType<typeof openFolder>>

let folder: Folder
beforeAll(async () => {
  folder = await openFolder()
})
afterAll(() => folder.close())

const START = Date.UTC(2026, 9, 5, 10, 30)
let streams = 0

/** How a row is damaged. Each changes it. */
const wound = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), at: fc.nat(), bit: fc.nat(7) }),
  fc.record({ kind: fc.constant('cut' as const), at: fc.nat() }),
  fc.record({ kind: fc.constant('garbage' as const), bytes: fc.uint8Array({ maxLength: 60 }) }),
  fc.record({ kind: fc.constant('longer' as const), byte: fc.nat(255) }),
)
type Wound = typeof wound extends fc.Arbitrary<infer T> ? T : never

function wounded(body: Buffer, how: Wound): Buffer {
  switch (how.kind) {
    case 'flip': {
      const flipped = Buffer.from(body)
      const at = how.at % flipped.length
      flipped[at] = (flipped[at] as number) ^ (1 << how.bit)
      return flipped
    }
    case 'cut':
      return body.subarray(0, how.at % body.length)
    case 'garbage':
      return body.equals(how.bytes) ? Buffer.concat([how.bytes, how.bytes]) : Buffer.from(how.bytes)
    case 'longer':
      return Buffer.concat([body, Buffer.of(how.byte)])
  }
}

const draft = fc.record({
  ageMs: fc.oneof(fc.nat(5 * SECOND_MS), fc.nat(5 * MINUTE_MS), fc.nat(3 * HOUR_MS)),
  page: fc.option(fc.constantFrom('/a', '/b'), { nil: undefined }),
  costMicros: fc.nat(9_000_000),
})

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('fold' as const),
      drafts: fc.array(draft, { minLength: 1, maxLength: 12 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('commit' as const), flush: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(20 * MINUTE_MS) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('damage' as const),
      table: fc.constantFrom('pane' as const, 'pane_delta' as const),
      pick: fc.nat(),
      wound,
    }),
  },
)

interface World {
  app: KpiApp
  streamId: number
  events: StreamEvent[]
  now: number
}

const boot = async ({ streamId, now }: { streamId: number; now: () => number }) => {
  const clock = { now, monotonicMs: now }
  const { db } = folder.store
  const damage = createDamage(db, { clock })
  const app = createKpiApp({
    ...{ catalog: BUILT_IN, db, streamId, clock, damage, maxRestingBytes: 2_000 },
  })
  await app.restore()
  return app
}

async function commit({ app, streamId }: Pick<World, 'app' | 'streamId'>, flush: boolean) {
  if (flush) app.flushNext()
  const work = app.seal()
  await folder.store.db.transaction().execute((tx) => work.write(tx, streamId))
  work.committed()
}

const applied = (event: StreamEvent, now: number): AppliedEvent => ({
  ...{
    event,
    shardId: 's',
    sequenceNumber: '1',
    index: 0,
    arrivedAt: now,
    late: false,
    beyond: false,
  },
})

/** Damages one row as it lies there, if there is any. */
async function damageRow(
  streamId: number,
  { table, pick, wound }: Extract<Step, { kind: 'damage' }>,
): Promise<void> {
  const { db } = folder.store
  const { rows } = await sql<{ id: number; body: ArrayBuffer }>`
    select rowid as id, body from ${sql.table(table)} where stream_id = ${streamId} order by rowid`.execute(
    db,
  )
  const row = rows[pick % Math.max(1, rows.length)]
  if (row === undefined) return
  const body = wounded(Buffer.from(row.body), wound)
  await sql`update ${sql.table(table)} set body = ${body} where rowid = ${row.id}`.execute(db)
}

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** Damage is done while nobody runs: what was not committed is gone with that. */
async function play(steps: readonly Step[]): Promise<World> {
  const streamId = ++streams
  const world = { streamId, events: [] as StreamEvent[], now: START }
  let app = await boot({ streamId, now: () => world.now })
  let open: StreamEvent[] = []
  for (const one of steps) {
    switch (one.kind) {
      case 'fold': {
        const fresh = one.drafts.map(
          ({ ageMs, ...fields }) =>
            ({
              id: 'e',
              type: 'page_view',
              currency: 'USD',
              ...fields,
              time: epochMs(world.now - ageMs),
            }) as StreamEvent,
        )
        open.push(...fresh)
        app.fold(fresh.map((event) => applied(event, world.now)))
        break
      }
      case 'commit':
        await commit({ app, streamId }, one.flush)
        world.events.push(...open)
        open = []
        break
      case 'wait':
        world.now += one.ms
        break
      case 'damage': {
        open = []
        await damageRow(streamId, one)
        app = await boot({ streamId, now: () => world.now })
        break
      }
    }
  }
  await commit({ app, streamId }, false)
  world.events.push(...open)
  return { ...world, app }
}

const LOOKS = [
  { spanMs: 50 * SECOND_MS, stepMs: SECOND_MS },
  { spanMs: 10 * MINUTE_MS, stepMs: 10 * SECOND_MS },
  { spanMs: 2 * HOUR_MS, stepMs: MINUTE_MS },
  { spanMs: 8 * HOUR_MS, stepMs: HOUR_MS },
]

/** Every step that is not marked is exact, and of the marked ones none has more than there was. */
async function expectHonest(app: KpiApp, events: readonly StreamEvent[], now: number) {
  let marked = 0
  for (const kpi of ['page_views', 'spend'] as const) {
    for (const { spanMs, stepMs } of LOOKS) {
      for (const filter of [undefined, { dimension: 'page' as const, key: '/a' }]) {
        const { points } = await app.series({ kpi, spanMs, stepMs, ...(filter && { filter }) }, now)
        for (const { t, value, incomplete } of points) {
          const range = { from: t, to: t + stepMs }
          const want = oracle(events, range, kpi, value, filter).value ?? 0
          const got = value.value ?? 0
          if (incomplete === true) {
            marked++
            expect(got).toBeLessThanOrEqual(want)
          } else {
            expect([t, stepMs, got]).toEqual([t, stepMs, want])
          }
        }
      }
    }
  }
  return marked
}

const stored = async (streamId: number): Promise<number> => {
  const rows = folder.store.db.selectFrom('damaged').select('id')
  return (await rows.where('stream_id', '=', streamId).execute()).length
}

describe('whatever rows of panes and deltas are damaged', () => {
  test('the app starts and commits, each step that is not marked is exact, also after another start', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
        const { app, events, streamId, now } = await play(steps)
        const marked = await expectHonest(app, events, now)
        const wounds = steps.filter(({ kind }) => kind === 'damage').length
        if (wounds === 0) expect(marked).toBe(0)
        expect(await stored(streamId)).toBeLessThanOrEqual(wounds)
        const next = await boot({ streamId, now: () => now })
        const late = {
          id: 'late',
          type: 'page_view',
          time: epochMs(now - MINUTE_MS),
        } as StreamEvent
        next.fold([applied(late, now)])
        await commit({ app: next, streamId }, true)
        await expectHonest(next, [...events, late], now)
      }),
      { numRuns: 30 },
    )
  })
})
