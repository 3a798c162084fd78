import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { StreamEvent } from '../lib/event.ts'
import { BUILT_IN } from '../lib/kpi-catalog.ts'
import { epochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../lib/time.ts'
import type { Filter } from '../lib/view.ts'
import { WINDOW_IDS, WINDOWS } from '../lib/windows.ts'
import { createKpiApp } from './apps/kpi/kpi-app.ts'
import { openFolder } from './apps/kpi/questions.testing.ts'
import type { StreamRecord } from './stream/read/stream-source.ts'
import type { FreshSlice } from './stream/records/arrival-slices.ts'
import {
  alreadyTaken,
  type IngestPorts,
  ingestEvents,
  openRecord,
} from './stream/records/ingest.ts'
import { createPutAgain } from './stream/records/put-again.ts'
import { createSeenIds } from './stream/records/seen-ids.ts'
import { newShard, type ShardProgress } from './stream/shards/shard-progress.ts'
import type { AppliedEvent } from './stream/stream-app.ts'
import { recount } from './window/recount.ts'
import { rangeBefore, windowRange } from './window/window-range.ts'

let folder: Awaited<ReturnType<typeof openFolder>>
beforeAll(async () => {
  folder = await openFolder()
})
afterAll(() => folder.close())

const SHARDS = ['one', 'two']

/** The same id is always the same event, as when a producer tries again. */
const draft = fc.record({
  ageMs: fc.oneof(fc.nat(5 * SECOND_MS), fc.nat(20 * MINUTE_MS), fc.nat(30 * HOUR_MS)),
  type: fc.constantFrom('page_view', 'ad_request', 'ad_impression', 'ad_click', 'request'),
  page: fc.constantFrom(undefined, '/a', '/b'),
  visitor: fc.constantFrom(undefined, 'v1', 'v2', 'v3'),
  cost: fc.constantFrom(undefined, '0.25', '1.000001'),
  revenue: fc.constantFrom(undefined, '3'),
  status: fc.constantFrom(undefined, 200, 503),
  durationMs: fc.constantFrom(undefined, 7, 1_200),
})
type Draft = typeof draft extends fc.Arbitrary<infer T> ? T : never

/** An index of the drafts, or what is no event. */
const item = fc.oneof({ weight: 9, arbitrary: fc.nat() }, { weight: 1, arbitrary: fc.constant(-1) })

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('put' as const),
      shard: fc.nat(SHARDS.length - 1),
      items: fc.array(item, { minLength: 1, maxLength: 6 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('read' as const),
      shard: fc.nat(SHARDS.length - 1),
      turns: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'commit' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'kill' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(MINUTE_MS) }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

const MOST_EVENTS_A_TURN = 3
const START = Date.UTC(2026, 8, 21, 14, 15, 23, 456)
let streams = 0

const inputOf = (one: Draft, id: string) => ({
  ...{ id, type: one.type, time: START - one.ageMs, page: one.page, visitor: one.visitor },
  ...{ cost: one.cost, revenue: one.revenue, status: one.status, duration_ms: one.durationMs },
})

const MICROS: Record<string, number> = { '0.25': 250_000, '1.000001': 1_000_001, '3': 3_000_000 }

/** As the oracle takes it. */
const eventOf = ({ ageMs, cost, revenue, ...rest }: Draft, id: string): StreamEvent =>
  ({
    ...{ id, ...rest, time: epochMs(START - ageMs), currency: 'USD' },
    ...(cost !== undefined && { costMicros: MICROS[cost] }),
    ...(revenue !== undefined && { revenueMicros: MICROS[revenue] }),
  }) as StreamEvent

/** Two shards, read by a process that keeps nothing but what it committed. */
async function createWorld(drafts: readonly Draft[]) {
  const streamId = ++streams
  const { db } = folder.store
  let now = START
  const records = SHARDS.map((): StreamRecord[] => [])
  const put = { ids: new Set<number>(), items: 0, garbage: 0 }
  const kept: { progress: ShardProgress[]; ids: FreshSlice[]; units: FreshSlice[] } = {
    progress: SHARDS.map((shardId) =>
      newShard({ shardId, parents: [], hashFrom: '0', hashTo: '9', closed: false }),
    ),
    ids: [],
    units: [],
  }
  let process = await boot()

  async function boot() {
    const clock = { now: () => now, monotonicMs: () => now }
    const app = createKpiApp({ catalog: BUILT_IN, db, streamId, clock })
    await app.restore()
    const seen = createSeenIds()
    for (const ids of kept.ids) seen.restore(ids)
    const putAgain = createPutAgain({ maxUnits: 1_000 })
    for (const units of kept.units) putAgain.restore(units)
    return { app, seen, putAgain, progress: structuredClone(kept.progress) }
  }

  /** Answers whether there was anything to read. */
  function read(shard: number): boolean {
    const { app, seen, putAgain, progress } = process
    const mine = progress[shard] as ShardProgress
    const record = records[shard]?.find((one) => !alreadyTaken(one, mine))
    if (record === undefined) return false
    const applied: AppliedEvent[] = []
    const ports: IngestPorts = {
      seen,
      putAgain,
      history: { now, keptFrom: 0 },
      apply: (event) => void applied.push(event),
      reject() {},
    }
    ingestEvents(openRecord(record, mine), mine, ports, MOST_EVENTS_A_TURN)
    app.fold(applied)
    return true
  }

  async function commit(): Promise<void> {
    const { app, seen, putAgain, progress } = process
    const work = app.seal()
    await db.transaction().execute((tx) => work.write(tx, streamId))
    work.committed()
    kept.ids.push(...seen.takeNews().fresh)
    kept.units.push(...putAgain.takeNews().fresh)
    kept.progress = structuredClone(progress)
  }

  async function run(one: Step): Promise<void> {
    switch (one.kind) {
      case 'put': {
        const items = one.items.map((index) => {
          put.items++
          if (index < 0) {
            put.garbage++
            return { type: 'page_view', cost: 'much' }
          }
          const at = index % drafts.length
          put.ids.add(at)
          return inputOf(drafts[at] as Draft, `id-${at}`)
        })
        const mine = records[one.shard]
        mine?.push({
          ...{ sequenceNumber: String(mine.length + 1), arrivedAt: epochMs(now) },
          ...{ partitionKey: 'key', data: new TextEncoder().encode(JSON.stringify(items)) },
        })
        return
      }
      case 'read':
        for (let turn = 0; turn < one.turns; turn++) read(one.shard)
        return
      case 'commit':
        return commit()
      case 'kill':
        process = await boot()
        return
      case 'wait':
        now += one.ms
        return
    }
  }

  return {
    run,
    put,
    now: () => now,
    /** Reads what is left, commits it, and answers from the store alone. */
    async settled() {
      for (const shard of SHARDS.keys()) while (read(shard));
      await commit()
      process = await boot()
      return process
    },
  }
}

const FILTERS: (Filter | undefined)[] = [undefined, { dimension: 'page', key: '/a' }]

test('every KPI over every window counts each event once, however often it was put, read and taken in by half', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(draft, { minLength: 1, maxLength: 25 }),
      fc.array(step, { minLength: 5, maxLength: 60 }),
      async (drafts, steps) => {
        const world = await createWorld(drafts)
        for (const one of steps) await world.run(one)
        const { app, progress } = await world.settled()
        const { put } = world
        const now = world.now()
        const fates = (fate: 'applied' | 'duplicate' | 'rejected') =>
          progress.reduce((sum, shard) => sum + shard.fates[fate], 0)
        expect({
          applied: fates('applied'),
          duplicate: fates('duplicate'),
          rejected: fates('rejected'),
        }).toEqual({
          applied: put.ids.size,
          duplicate: put.items - put.garbage - put.ids.size,
          rejected: put.garbage,
        })
        const events = [...put.ids].map((at) => eventOf(drafts[at] as Draft, `id-${at}`))
        for (const window of WINDOW_IDS) {
          const range = windowRange(WINDOWS[window], now)
          for (const filter of FILTERS) {
            const answer = await app.kpis({ window, ...(filter && { filter }) }, now)
            for (const kpi of BUILT_IN.kpis) {
              const { value, before } = answer.kpis[kpi.id] ?? {}
              const oracle = (over: typeof range) => recount(events, over, kpi, filter)
              expect({ window, filter, id: kpi.id, value, before }).toEqual({
                ...{ window, filter, id: kpi.id },
                value: oracle(range),
                before: oracle(rangeBefore(range)),
              })
            }
          }
        }
      },
    ),
    { numRuns: 40 },
  )
}, 60_000)
