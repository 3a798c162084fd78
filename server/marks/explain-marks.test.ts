import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { StreamEvent } from '../../lib/event.ts'
import { BUILT_IN } from '../../lib/kpi-catalog.ts'
import { type BuiltInKpiId, KPIS } from '../../lib/kpis.ts'
import { epochMs, MINUTE_MS, SECOND_MS } from '../../lib/time.ts'
import { createKpiApp } from '../apps/kpi/kpi-app.ts'
import { createMeasuredSteps } from '../apps/kpi/measured-steps.ts'
import { type Random, seededRandom, weighted } from '../embedded/random.ts'
import { openStore, type Store } from '../store/open-store.ts'
import { explainMarks } from './explain-marks.ts'

/** When the change begins, at a whole minute, and for how long it lasts. */
const SINCE = Date.UTC(2026, 4, 12, 8)
const BEFORE_MS = 30 * MINUTE_MS
const LASTS_MS = 40 * SECOND_MS
const UNTIL = SINCE + LASTS_MS
const A_SECOND = 25
/** A key of thousands of registers is a few percent off. */
const SKETCHED = 0.15

let folder: string
let store: Store
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'kinesight-explain-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** By country: its part of all events, and what becomes of them. */
type Site = readonly { country: string; weight: number; times: number }[]

interface Seen {
  time: number
  country: string
  device: string
  visitor: string
}

function seenOn(site: Site, random: Random): Seen[] {
  const seen: Seen[] = []
  for (let at = SINCE - BEFORE_MS; at < UNTIL; at += SECOND_MS) {
    for (let n = 0; n < A_SECOND; n++) {
      const { country, times } = weighted(random, site, ({ weight }) => weight)
      const copies = at < SINCE ? 1 : Math.floor(times) + (random() < times % 1 ? 1 : 0)
      for (let copy = 0; copy < copies; copy++) {
        const device = random() < 0.6 ? 'mobile' : 'desktop'
        // Some come again, but hardly two in the same minute.
        const visitor = `${country}-${device}-${Math.floor(random() * 30_000)}`
        seen.push({ time: at, country, device, visitor })
      }
    }
  }
  return seen
}

async function measuredOf(seen: readonly Seen[]) {
  store = await openStore(path.join(folder, `${Math.random()}.db`))
  const clock = { now: () => UNTIL, monotonicMs: () => UNTIL }
  const app = createKpiApp({ catalog: BUILT_IN, db: store.db, streamId: 1, clock })
  await app.restore()
  const events = seen.map(({ time, ...fields }) => ({
    ...{ shardId: 's', sequenceNumber: '1', index: 0, arrivedAt: time, late: false, beyond: false },
    event: {
      ...{ id: 'e', type: 'page_view', currency: 'USD', time: epochMs(time), ...fields },
    } as StreamEvent,
  }))
  for (let at = 0; at < events.length; at += 5_000) {
    app.fold(events.slice(at, at + 5_000))
    const work = app.seal()
    await store.db.transaction().execute((tx) => work.write(tx, 1))
    work.committed()
  }
  return createMeasuredSteps(app.reader)
}

/** In plain sets and counts: how many there were on average in as long before, and since. */
function recount(kpi: BuiltInKpiId, seen: readonly Seen[], of: Partial<Seen> = {}) {
  const mine = seen.filter((one) =>
    Object.entries(of).every(([field, value]) => one[field as keyof Seen] === value),
  )
  const countIn = (from: number) => {
    const inIt = mine.filter(({ time }) => time >= from && time < from + LASTS_MS)
    return kpi === 'visitors' ? new Set(inIt.map(({ visitor }) => visitor)).size : inIt.length
  }
  const pieces = Array.from({ length: BEFORE_MS / LASTS_MS }, (_, n) => SINCE - (n + 1) * LASTS_MS)
  const before = pieces.reduce((sum, from) => sum + countIn(from), 0) / pieces.length
  return { before, now: countIn(SINCE) }
}

async function explained(kpi: BuiltInKpiId, seen: readonly Seen[]) {
  const { before, now } = recount(kpi, seen)
  const direction = now < before ? ('down' as const) : ('up' as const)
  const mark = { since: SINCE, direction, expected: before, value: now, factor: now / before }
  const marked = { subject: { kpi: KPIS[kpi] }, mark: { ...mark, score: 9 } }
  const measured = await measuredOf(seen)
  const cause = (await explainMarks(measured, [marked], UNTIL)).get(marked)
  await store.close()
  return cause
}

const site = (...countries: [string, number, number][]): Site =>
  countries.map(([country, weight, times]) => ({ country, weight, times }))

test.each(['visitors', 'page_views'] as const)(
  '%s that fall in the largest country are not explained by a small one',
  async (kpi) => {
    const fell = site(['US', 50, 0.7], ['DE', 30, 0.6], ['FR', 20, 0.85])
    expect(await explained(kpi, seenOn(fell, seededRandom(3)))).toBeUndefined()
  },
)

test.each(['visitors', 'page_views'] as const)(
  '%s that fall in one country are explained by it',
  async (kpi) => {
    const fell = site(['US', 50, 1], ['DE', 30, 0.1], ['FR', 20, 1])
    const cause = await explained(kpi, seenOn(fell, seededRandom(5)))
    expect(cause).toMatchObject({ dimension: 'country', key: 'DE' })
    expect(cause?.share).toBeGreaterThan(0.75)
  },
)

test('a share is a share of the change, and what is named explains most of it, by recount', async () => {
  const times = fc.constantFrom(0, 0.3, 0.7, 0.9, 1, 1, 1.5, 3)
  const weight = fc.integer({ min: 5, max: 60 })
  const countries = ['US', 'DE', 'FR', 'IT'] as const
  let named = 0
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(...countries.map(() => fc.record({ weight, times }))),
      fc.integer({ min: 1, max: 1_000 }),
      fc.constantFrom<BuiltInKpiId>('visitors', 'page_views'),
      async (parts, seed, kpi) => {
        const all = parts.map((part, n) => ({ ...part, country: countries[n] as string }))
        const seen = seenOn(all, seededRandom(seed))
        // Less than that makes no mark.
        const { before, now } = recount(kpi, seen)
        fc.pre(Math.abs(now / before - 1) > 0.2)
        const cause = await explained(kpi, seen)
        if (cause === undefined) return
        named++
        const whole = recount(kpi, seen)
        const of = recount(kpi, seen, { [cause.dimension]: cause.key })
        const share = (of.now - of.before) / (whole.now - whole.before)
        expect(share).toBeGreaterThan(0.5)
        expect(Math.abs(cause.share - Math.min(1, share))).toBeLessThan(SKETCHED)
      },
    ),
    { numRuns: 12, endOnFailure: true },
  )
  expect(named).toBeGreaterThan(0)
}, 120_000)
