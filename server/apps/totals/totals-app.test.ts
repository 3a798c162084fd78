import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { StreamEvent } from '../../../lib/event.ts'
import { epochMs } from '../../../lib/time.ts'
import { openStore, type Store } from '../../store/open-store.ts'
import type { AppliedEvent } from '../../stream/stream-app.ts'
import { createTotalsApp } from './totals-app.ts'

let folder: string
let store: Store
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'kinesight-totals-'))
  store = await openStore(path.join(folder, 'kinesight.db'))
})
afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

const applied = (event: Partial<StreamEvent>): AppliedEvent => ({
  event: { id: 'x', type: 'purchase', time: epochMs(0), currency: 'USD', ...event },
  shardId: 's',
  sequenceNumber: '1',
  index: 0,
  arrivedAt: 0,
  late: false,
  beyond: false,
})

async function storedMicros(streamId: number): Promise<Record<string, bigint>> {
  const rows = await store.db
    .selectFrom('money_total')
    .select([
      'kind',
      'account',
      'currency',
      sql<string>`cast(units as text)`.as('units'),
      sql<string>`cast(micros as text)`.as('micros'),
    ])
    .where('stream_id', '=', streamId)
    .execute()
  return Object.fromEntries(
    rows.map((row) => [
      `${row.kind} ${row.account} ${row.currency}`,
      BigInt(row.units) * 1_000_000n + BigInt(row.micros),
    ]),
  )
}

test('sums of any events over any commits equal the sums in big integers', async () => {
  let streamId = 0
  const amount = fc.integer({ min: -1_000_000_000_000_000, max: 1_000_000_000_000_000 })
  const event = fc.record({
    account: fc.constantFrom('acme', 'umbrella', ''),
    currency: fc.constantFrom('USD', 'EUR'),
    revenueMicros: amount,
    costMicros: fc.oneof(fc.maxSafeInteger(), fc.constantFrom(-5e17, 5e17)),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(event, { maxLength: 20 }), { maxLength: 4 }),
      async (commits) => {
        streamId++
        const app = createTotalsApp()
        const expected: Record<string, bigint> = {}
        for (const events of commits) {
          app.fold(events.map(applied))
          for (const { account, currency, costMicros, revenueMicros } of events) {
            const cost = `cost ${account} ${currency}`
            const revenue = `revenue ${account} ${currency}`
            expected[cost] = (expected[cost] ?? 0n) + BigInt(costMicros)
            expected[revenue] = (expected[revenue] ?? 0n) + BigInt(revenueMicros)
          }
          const work = app.seal()
          await store.db.transaction().execute((tx) => work.write(tx, streamId))
          work.committed()
        }
        expect(await storedMicros(streamId)).toEqual(expected)
      },
    ),
    { numRuns: 40 },
  )
})

test('more of the largest amounts than a number holds, in one commit, add up exactly', async () => {
  const app = createTotalsApp()
  const [units, largest] = [500_000_000_000, 500_000_000_000_000_000]
  const times = Math.ceil((2.5 * Number.MAX_SAFE_INTEGER) / units)
  const one = applied({ costMicros: largest, revenueMicros: -largest, currency: 'IDR' })
  app.fold(Array.from({ length: times }, () => one))
  app.fold([applied({ costMicros: 1, currency: 'IDR' })])
  const work = app.seal()
  await store.db.transaction().execute((tx) => work.write(tx, 1))
  const sum = BigInt(largest) * BigInt(times)
  expect(await storedMicros(1)).toEqual({ 'cost  IDR': sum + 1n, 'revenue  IDR': -sum })
})

test('a commit that failed adds its events once when it is written again', async () => {
  const app = createTotalsApp()
  app.fold([applied({ costMicros: 5 }), applied({ type: 'page_view' })])
  const work = app.seal()
  const broken = store.db.transaction().execute(async (tx) => {
    await work.write(tx, 1)
    throw new Error('disk full')
  })
  await expect(broken).rejects.toThrow('disk full')
  await store.db.transaction().execute((tx) => work.write(tx, 1))
  expect(await storedMicros(1)).toEqual({ 'cost  USD': 5n })
  const events = await store.db.selectFrom('event_total').select(['type', 'n']).execute()
  expect(events).toEqual([
    { type: 'page_view', n: 1 },
    { type: 'purchase', n: 1 },
  ])
})
