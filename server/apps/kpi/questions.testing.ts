import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { expect } from 'vitest'
import type { StreamEvent } from '../../../lib/event.ts'
import { BUILT_IN, kpiOf } from '../../../lib/kpi-catalog.ts'
import type { AskedRange } from '../../../lib/kpi-questions.ts'
import type { KpiValue } from '../../../lib/kpi-value.ts'
import type { KpiId } from '../../../lib/kpis.ts'
import { DAY_MS, epochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../lib/time.ts'
import type { Filter } from '../../../lib/view.ts'
import { openStore, type Store } from '../../store/open-store.ts'
import { recount } from '../../window/recount.ts'
import type { TimeRange } from '../../window/window-range.ts'
import { createKpiApp } from './kpi-app.ts'

/** How long panes of a length are kept, as the docs say it. */
export const KEPT = [
  { ms: SECOND_MS, keepMs: HOUR_MS },
  { ms: 10 * SECOND_MS, keepMs: 3 * HOUR_MS },
  { ms: MINUTE_MS, keepMs: 7 * DAY_MS },
  { ms: HOUR_MS, keepMs: 400 * DAY_MS },
]
export const LONGEST_MS = 400 * DAY_MS

/** One KPI for each kind of formula. */
export const KPIS: KpiId[] = ['page_views', 'ctr', 'visitors', 'spend', 'yield', 'latency_p95']

/** A store in a folder of its own. */
export async function openFolder(): Promise<{ store: Store; close(): Promise<void> }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'kinesight-questions-'))
  const store = await openStore(path.join(folder, 'store.db'))
  return {
    store,
    async close() {
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** From a moment ago to longer than anything is kept. */
const age = fc.oneof(
  fc.nat(30 * SECOND_MS),
  fc.nat(50 * MINUTE_MS),
  fc.nat(5 * HOUR_MS),
  fc.nat(10 * DAY_MS),
  fc.nat(500 * DAY_MS),
)

const draft = fc.record({
  ageMs: age,
  event: fc.record({
    type: fc.constantFrom('page_view', 'ad_request', 'ad_impression', 'ad_click', 'request'),
    visitor: fc.option(fc.constantFrom('v1', 'v2', 'v3', 'v4'), { nil: undefined }),
    page: fc.option(fc.constantFrom('/a', '/b', '/c', '/d', '/e'), { nil: undefined, freq: 6 }),
    costMicros: fc.option(fc.integer({ min: -9, max: 9_000_000 }), { nil: undefined, freq: 2 }),
    revenueMicros: fc.option(fc.nat(9_000_000), { nil: undefined, freq: 2 }),
    currency: fc.constantFrom('USD', 'USD', 'EUR'),
    durationMs: fc.option(fc.nat(5_000), { nil: undefined }),
  }),
})
export type Draft = typeof draft extends fc.Arbitrary<infer T> ? T : never

/** Events that come at once, then time that passes: panes are written, and the oldest go. */
export const script = fc.array(
  fc.record({ drafts: fc.array(draft, { maxLength: 25 }), waitMs: age }),
  {
    minLength: 1,
    maxLength: 5,
  },
)

export const asked: fc.Arbitrary<{
  ageMs: number
  spanMs: number
  form: 'span' | 'range'
  ended: boolean
}> = fc.record({
  ageMs: age,
  spanMs: fc.oneof(
    fc.integer({ min: 1, max: 120_000 }),
    fc.integer({ min: 1, max: 4 * HOUR_MS }),
    fc.integer({ min: 1, max: LONGEST_MS }),
  ),
  form: fc.constantFrom('span' as const, 'range' as const),
  ended: fc.boolean(),
})
type Wish = typeof asked extends fc.Arbitrary<infer T> ? T : never

export function questionOf({ ageMs, spanMs, form, ended }: Wish, now: number): AskedRange {
  const to = ended ? { to: now - ageMs } : {}
  if (form === 'span') return { spanMs, ...to }
  return ended ? { from: now - ageMs - spanMs, ...to } : { from: now - spanMs }
}

let streams = 0

/** A stream that was given the script, with all of it committed and written. */
export async function createWorld(
  store: Store,
  steps: readonly { drafts: Draft[]; waitMs: number }[],
  maxKeys?: number,
) {
  const streamId = ++streams
  let now = 1_790_000_123_456 + streams * 977
  const clock = { now: () => now, monotonicMs: () => now }
  const app = createKpiApp({
    ...{ catalog: BUILT_IN, db: store.db, streamId, clock, maxRestingBytes: 2_000 },
    ...(maxKeys !== undefined && { maxKeys }),
  })
  await app.restore()
  const events: StreamEvent[] = []
  let first = Number.POSITIVE_INFINITY
  for (const { drafts, waitMs } of steps) {
    const batch = drafts.map(
      ({ ageMs, event }) => ({ id: 'e', ...event, time: epochMs(now - ageMs) }) as StreamEvent,
    )
    first = Math.min(first, ...batch.map(({ time }) => time))
    // What is older than everything kept is in the totals only.
    const hour = (time: number) => time - (time % HOUR_MS)
    events.push(...batch.filter(({ time }) => hour(time) >= now - LONGEST_MS))
    app.fold(
      batch.map((event) => ({
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
    for (let commits = 0; commits < 3; commits++) {
      app.flushNext()
      const work = app.seal()
      await store.db.transaction().execute((tx) => work.write(tx, streamId))
      work.committed()
    }
    now += waitMs
  }
  return { app, events, now, first }
}

/** As the oracle says it, in the currency that was answered. */
export const oracle = (
  events: readonly StreamEvent[],
  range: TimeRange,
  id: KpiId,
  got: KpiValue | undefined,
  filter?: Filter,
): KpiValue => recount(events, range, kpiOf(BUILT_IN, id), filter, got?.currency)

export const isGone = (time: number, now: number): boolean => time < now - LONGEST_MS

export function expectAligned(
  question: AskedRange,
  range: TimeRange,
  { stepMs, now }: { stepMs: number; now: number },
): void {
  const nextStep = now - (now % stepMs) + stepMs
  const askedTo = Math.min(question.to ?? nextStep, nextStep)
  const shortest = 'from' in question && askedTo - question.from < stepMs
  expect([range.from % stepMs, range.to % stepMs]).toEqual([0, 0])
  if (shortest) expect(range.to - range.from).toBeLessThanOrEqual(2 * stepMs)
  else expect(range.to).toBe(askedTo - (askedTo % stepMs))
  const askedFrom = 'from' in question ? question.from : range.to - question.spanMs
  expect(range.from).toBeLessThanOrEqual(askedFrom)
  expect(askedFrom - range.from).toBeLessThan(stepMs)
}

export const FILTERS: (Filter | undefined)[] = [undefined, { dimension: 'page', key: '/a' }]
