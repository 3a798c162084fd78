import { afterEach, beforeEach, expect, test } from 'vitest'
import type { DeadLettersAnswer, Problem, StreamAnswer, TotalsAnswer } from '../../lib/api.ts'
import { noFates } from '../../lib/fates.ts'
import { addChanges } from '../store/counting-changes.ts'
import { addStream } from '../store/stream-row.ts'
import { liveState, shardCell, startTestServer, type TestServer } from './test-server.ts'

/** A stream that brought 90 events was deleted and created again, and has brought 30 since. */
const SHARD = 'shardId-000000000000'
const CREATED = { former: 1, again: 1_789_000_000_000 }
const SINCE = CREATED.again + 9_000
const LAST = CREATED.again - 60_000

let server: TestServer
beforeEach(async () => {
  server = await startTestServer()
  const place = { name: 'clickstream', place: 'here' }
  const again = { createdMs: CREATED.again, startAt: { kind: 'trim_horizon' as const } }
  const { id } = await addStream(server.store.db, place, { ...again, sinceMs: SINCE })
  await fill(server.streamId, 90, LAST)
  await fill(id, 30, SINCE)
  server.pipeline.streamId = () => id
  server.pipeline.state = liveState({}, [shardCell(SHARD, 250)])
})
afterEach(() => server.close())

async function fill(stream_id: number, n: number, lastArrivalMs: number): Promise<void> {
  const { db } = server.store
  const nothing = { sub_sequence: null, trimmed_ms: null, read_to_ms: null, newest_event_ms: null }
  const counts = {
    duplicate: 0,
    rejected: 1,
    late: 0,
    clamped: 0,
    beyond: 0,
    aggregated: 0,
    out_of_range: 0,
  }
  await db.insertInto('event_total').values({ stream_id, type: 'page_view', n }).execute()
  const money = { account: 'acme', currency: 'USD', units: n, micros: 500_000 }
  await db
    .insertInto('money_total')
    .values({ stream_id, kind: 'cost', ...money })
    .execute()
  await db
    .insertInto('shard')
    .values({
      ...{ stream_id, shard_id: SHARD, parents: '[]', hash_from: '0', hash_to: '1' },
      ...{ closed: 0, finished: 0, checkpoint: String(n), records: n, bytes: 10 * n },
      ...{ ...nothing, ...counts, last_arrival_ms: lastArrivalMs, applied: n },
    })
    .execute()
  const letter = { shard_id: SHARD, sequence_number: '1', event_index: 0, arrived_ms: 1 }
  await db
    .insertInto('dead_letter')
    .values({
      ...{ ...letter, stream_id, reason: 'not_json', app: null, detail: `of ${n}` },
      ...{ data: Uint8Array.from([1]), bytes: 1 },
    })
    .execute()
  await db.insertInto('dead_letter_count').values({ stream_id, reason: 'not_json', n }).execute()
}

async function get<Answer>(path: string, status = 200): Promise<Answer> {
  const answer = await server.send({ path })
  expect([answer.status, answer.text]).toEqual([status, expect.any(String)])
  return JSON.parse(answer.text) as Answer
}

const again = { number: 2, createdAt: CREATED.again, since: SINCE }
const former = { number: 1, createdAt: CREATED.former, since: null }

test('totals say which stream they are of, and what the former one came to', async () => {
  expect(await get<TotalsAnswer>('/api/v1/totals')).toMatchObject({
    incarnation: again,
    former: [
      {
        ...{ ...former, until: SINCE, lastArrivalAt: LAST },
        fates: { ...noFates(), applied: 90, rejected: 1 },
      },
    ],
    events: { page_view: 30 },
    fates: { applied: 30 },
  })
})

test('the totals of the former stream are answered in the same shape', async () => {
  const now = await get<TotalsAnswer>('/api/v1/totals?incarnation=2')
  expect(now.shards[SHARD]).toMatchObject({ checkpoint: '30', millisBehindLatest: 250 })
  const before = await get<TotalsAnswer>('/api/v1/totals?incarnation=1')
  expect(before).toEqual({
    ...{ asOf: now.asOf, incarnation: former, former: [], lastArrivalAt: LAST },
    events: { page_view: 90 },
    spend: { acme: { USD: '90.5' } },
    revenue: {},
    fates: { ...noFates(), applied: 90, rejected: 1 },
    shards: {
      [SHARD]: {
        ...{ checkpoint: '90', subSequence: null, records: 90, bytes: 900 },
        millisBehindLatest: null,
      },
    },
  })
})

test('dead letters are those of the stream that is read, and of a former one where asked for', async () => {
  const letters = async (query = '') => {
    const { counts, letters } = await get<DeadLettersAnswer>(`/api/v1/dead-letters${query}`)
    return { counts, details: letters.map(({ detail }) => detail) }
  }
  expect(await letters()).toEqual({ counts: { not_json: 30 }, details: ['of 30'] })
  expect(await letters('?incarnation=1')).toEqual({
    counts: { not_json: 90 },
    details: ['of 90'],
  })
})

test('the stream tells what changed what is counted, and who else is in the data folder', async () => {
  const { db } = server.store
  const change = { at: SINCE, kind: 'created_again', text: 'Created again' } as const
  await addChanges(db, server.pipeline.streamId() ?? 0, [change])
  const start = { createdMs: 1, startAt: { kind: 'trim_horizon' as const } }
  const { id } = await addStream(db, { name: 'orders', place: 'there' }, start)
  await fill(id, 7, LAST)
  expect(await get<StreamAnswer>('/api/v1/stream')).toMatchObject({
    changes: [change],
    clockAheadMs: 0,
    others: [{ name: 'orders', place: 'there', applied: 7, lastArrivalAt: LAST }],
  })
})

test('KPIs are asked of the stream that is named', async () => {
  await get('/api/v1/kpis?window=1h&incarnation=1')
  await get('/api/v1/kpis/page_views/series?window=1h&incarnation=1')
  await get('/api/v1/kpis?window=1h')
  expect(server.pipeline.questions.map(({ incarnation }) => incarnation)).toEqual([1, 1, undefined])
})

test.each(['totals', 'dead-letters', 'kpis', 'kpis/page_views/series'])(
  '%s of a stream that never was: refused',
  async (what) => {
    const { errors } = await get<Problem>(`/api/v1/${what}?incarnation=3`, 400)
    expect(server.pipeline.questions).toEqual([])
    expect(errors).toEqual([
      { field: 'incarnation', message: expect.stringContaining('there is none of number 3') },
    ])
  },
)
