import path from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type {
  DamageAnswer,
  DeadLettersAnswer,
  Problem,
  ShardAnswer,
  StreamAnswer,
  TotalsAnswer,
} from '../../lib/api.ts'
import type { StatusCell } from '../../lib/frames.ts'
import type { RejectReason } from '../../lib/rejection.ts'
import { DAY_MS, HOUR_MS } from '../../lib/time.ts'
import {
  createFakePipeline,
  liveState,
  NOW,
  type RawRequest,
  shardCell,
  startTestServer,
  type TestServer,
} from './test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
  await fillStore(server)
})
afterAll(() => server.close())
beforeEach(() => {
  server.pipeline.state = liveState({}, [shardCell('shard-1', 250), shardCell('shard-0', 0)])
  server.pipeline.questions.length = 0
  server.pipeline.calls.length = 0
})

async function fillStore({ store, streamId }: TestServer): Promise<void> {
  const { db } = store
  await db
    .insertInto('event_total')
    .values([
      { stream_id: streamId, type: 'page_view', n: 7 },
      { stream_id: streamId, type: '__proto__', n: 1 },
      { stream_id: streamId + 1, type: 'of_another_stream', n: 9 },
    ])
    .execute()
  const money = { stream_id: streamId, account: 'acme' }
  await db
    .insertInto('money_total')
    .values([
      { ...money, kind: 'cost', currency: 'USD', units: 12, micros: 345_678 },
      { ...money, kind: 'cost', currency: 'EUR', units: -1, micros: 500_000 },
      // More micro-units than fit into 53 bits, or into 64.
      {
        ...money,
        kind: 'revenue',
        currency: 'USD',
        units: 9_007_199_254_740_991,
        micros: 8_999_999,
      },
    ])
    .execute()
  const fates = { applied: 5, duplicate: 1, rejected: 2, late: 1, clamped: 0, beyond: 2 }
  const hashes = { hash_from: '0', hash_to: '1', last_arrival_ms: null, newest_event_ms: null }
  const kpl = { sub_sequence: null, trimmed_ms: null, aggregated: 0, out_of_range: 0 }
  const shard = {
    ...{ stream_id: streamId, parents: '[]', read_to_ms: null },
    ...hashes,
    ...fates,
    ...kpl,
  }
  await db
    .insertInto('shard')
    .values([
      {
        ...shard,
        shard_id: 'shard-0',
        closed: 1,
        finished: 1,
        checkpoint: '48',
        records: 8,
        bytes: 80,
      },
      {
        ...shard,
        shard_id: 'shard-1',
        closed: 0,
        finished: 0,
        checkpoint: '51',
        sub_sequence: 4,
        records: 3,
        bytes: 30,
      },
    ])
    .execute()
}

const json = { 'content-type': 'application/json' }

async function get<T>(path: string, status = 200): Promise<T> {
  const answer = await server.send({ path })
  expect([answer.status, answer.text]).toEqual([status, expect.any(String)])
  expect(answer.headers['cache-control']).toBe('no-store')
  expect(answer.headers['content-type']).toBe(
    status < 400 ? 'application/json' : 'application/problem+json',
  )
  return JSON.parse(answer.text) as T
}

const post = (path: string, body: unknown, method = 'POST') =>
  server.send({ path, method, headers: json, body: JSON.stringify(body) })

describe('totals', () => {
  it('are exact however large, of this stream only, over open and finished shards', async () => {
    expect(await get<TotalsAnswer>('/api/v1/totals')).toEqual({
      asOf: NOW,
      incarnation: { number: 1, createdAt: 1, since: null },
      former: [],
      lastArrivalAt: null,
      events: JSON.parse('{"__proto__": 1, "page_view": 7}'),
      spend: { acme: { EUR: '-0.5', USD: '12.345678' } },
      revenue: { acme: { USD: '9007199254740999.999999' } },
      fates: { applied: 10, duplicate: 2, rejected: 4, late: 2, clamped: 0, beyond: 4 },
      shards: {
        'shard-0': {
          checkpoint: '48',
          subSequence: null,
          records: 8,
          bytes: 80,
          millisBehindLatest: 0,
        },
        'shard-1': {
          checkpoint: '51',
          subSequence: 4,
          records: 3,
          bytes: 30,
          millisBehindLatest: 250,
        },
      },
    })
  })

  it('answer also while the pipeline does not', async () => {
    server.pipeline.state = new Error('the pipeline worker ended with code 1')
    const totals = await get<TotalsAnswer>('/api/v1/totals')
    expect(totals.fates.applied).toBe(10)
    expect(totals.shards['shard-1']?.millisBehindLatest).toBe(0)
  })
})

describe('stream, shards', () => {
  it('says where the stream is and how it goes', async () => {
    expect(await get('/api/v1/stream')).toMatchObject({
      name: 'clickstream',
      embedded: true,
      dataDir: path.resolve('./data'),
      startAt: 'trim_horizon',
      begin: { asked: 'trim_horizon', from: null, firstStartAt: 1, settled: true },
      incarnation: { number: 1, createdAt: 1, since: 2 },
      shards: { open: 1, known: 2 },
      demo: 'on',
      source: { kind: 'ok' },
      store: { kind: 'ok' },
      reading: { mode: 'polling', notice: null, wire: 'cbor', wireNotice: null, bufferBytes: 0 },
      findings: [],
      apps: [],
      kept: { secondsMs: HOUR_MS, minutesMs: 7 * DAY_MS, hoursMs: 400 * DAY_MS },
    })
  })

  it('says since when figures are kept, and of a shard which events are older', async () => {
    const beyond = { oldestAt: 5, lastAt: 6 }
    const shards = [{ ...shardCell('shard-0', 0), beyond }]
    server.pipeline.state = liveState({}, shards)
    const { kept } = await get<{ kept: { from: number } }>('/api/v1/stream')
    expect(kept.from).toBe(NOW - 400 * DAY_MS)
    expect(await get('/api/v1/shards')).toMatchObject({ shards: [{ beyond }] })
  })

  it('says what the audit found, which app is slow, and why it is read by polling, and as JSON', async () => {
    const change = {
      reading: {
        mode: 'polling',
        notice: 'No fan-out here',
        wire: 'json',
        wireNotice: 'No CBOR here',
        bufferBytes: 5,
        bufferLimitBytes: 9,
        rememberedIds: 7,
        rememberedIdsLimit: 8,
        duplicateSpanMs: 27_000,
        rememberedSubRecords: 9,
        rememberedSubRecordsLimit: 10,
        putAgainSpanMs: 28_000,
      },
      findings: [
        { kind: 'hole', since: 1, text: 'A hole', shards: [], hashFrom: '3', hashTo: '4' },
        { kind: 'trimmed', since: 2, text: 'Lost', shards: ['shard-1'] },
      ],
      apps: [{ name: 'kpi', busy: 0.9, slow: true, failed: 2, lastError: 'bad luck' }],
      damage: {
        tables: [{ table: 'pane', rows: 1 }],
        newest: [{ id: 3, table: 'pane', key: { start_ms: 5 }, why: 'bad', foundAt: 7 }],
        differences: [{ since: 4, text: 'Two sums differ.' }],
      },
    } satisfies Partial<StatusCell>
    server.pipeline.state = liveState(change)
    expect(await get('/api/v1/stream')).toMatchObject(change)
  })

  it('says so where the pipeline is silent', async () => {
    server.pipeline.state = new Error('gone')
    expect(await get('/api/v1/stream')).toMatchObject({
      endpoint: 'http://127.0.0.1:4567',
      source: { kind: 'trouble' },
      reading: null,
      findings: null,
      apps: null,
      kept: null,
    })
    await get<Problem>('/api/v1/shards/shard-0', 503)
    expect(await get<Problem>('/api/v1/shards', 503)).toMatchObject({ status: 503 })
  })

  it('lists shards by their id', async () => {
    const { shards } = await get<{ shards: { shardId: string }[] }>('/api/v1/shards')
    expect(shards.map(({ shardId }) => shardId)).toEqual(['shard-0', 'shard-1'])
  })

  it('gives one shard with its detail', async () => {
    const { shard, detail } = await get<ShardAnswer>('/api/v1/shards/shard-1')
    expect(shard).toEqual(shardCell('shard-1', 250))
    expect(detail).toMatchObject({ shardId: 'shard-1', topKeys: [{ key: 'u-1' }] })
  })

  it('a shard that is not there is named, once the shards are known', async () => {
    const missing = await get<Problem>('/api/v1/shards/shard%20x', 404)
    expect(missing).toMatchObject({ status: 404, detail: expect.stringContaining('"shard x"') })
    server.pipeline.state = liveState({ source: { kind: 'starting' } })
    await get<Problem>('/api/v1/shards/shard-0', 503)
  })
})

describe('kpis and series', () => {
  it('ask the pipeline what the query says', async () => {
    await get('/api/v1/kpis')
    await get('/api/v1/kpis?window=1h&by=device&limit=3&rank=spend&filter=account:ac%3Ame')
    await get('/api/v1/kpis?by=account')
    await get('/api/v1/kpis/spend/series?window=15m&step=1s&to=2026-01-31T09:00:00Z')
    await get('/api/v1/kpis/ctr/series?filter=page:/')
    await get('/api/v1/kpis?filter=device:mobile&filter=account:a')
    await get('/api/v1/kpis/ctr/series?by=campaign&filter=device:mobile')
    expect(server.pipeline.questions).toEqual([
      { window: '5m' },
      {
        window: '1h',
        filter: { dimension: 'account', key: 'ac:me' },
        by: { dimension: 'device', limit: 3, rankedBy: 'spend' },
      },
      { window: '5m', by: { dimension: 'account', limit: 10, rankedBy: 'spend' } },
      { kpi: 'spend', spanMs: 900_000, stepMs: 1_000, to: Date.UTC(2026, 0, 31, 9) },
      { kpi: 'ctr', spanMs: 900_000, stepMs: 5_000, filter: { dimension: 'page', key: '/' } },
      {
        window: '5m',
        filter: [
          { dimension: 'account', key: 'a' },
          { dimension: 'device', key: 'mobile' },
        ],
      },
      {
        ...{ kpi: 'ctr', spanMs: 900_000, stepMs: 5_000 },
        filter: { dimension: 'device', key: 'mobile' },
        by: { dimension: 'campaign', limit: 5, rankedBy: 'spend' },
      },
    ])
  })

  it.each([
    ['/api/v1/kpis?window=7', 'window', /number and s, m, h or d.*from 1s to 400d/],
    [
      '/api/v1/kpis?colour=red',
      'colour',
      /no parameter "colour": it takes window, from, to, filter, by/,
    ],
    ['/api/v1/kpis?window=5m&window=1h', 'window', /given twice/],
    ['/api/v1/kpis?limit=3', 'limit', /add by=page/],
    ['/api/v1/kpis?by=page&limit=0', 'limit', /whole number from 1 to 1000/],
    ['/api/v1/kpis?by=page&limit=1e1', 'limit', /whole number from 1 to 1000/],
    ['/api/v1/kpis?by=visitor', 'by', /choose one of page, referrer/],
    ['/api/v1/kpis?by=page&rank=fame', 'rank', /choose one of page_views/],
    ['/api/v1/kpis?filter=acme', 'filter', /account:acme/],
    ['/api/v1/kpis?filter=account:', 'filter', /account:acme/],
    [
      '/api/v1/kpis?filter=page:/&filter=device:mobile',
      'filter',
      /page and device are not crossed, these are: campaign and account; .*"crossed": \[\["page","device"\]\] into/,
    ],
    ['/api/v1/kpis?filter=device:a&filter=device:b', 'filter', /device is there twice/],
    [
      '/api/v1/kpis?filter=account:a&filter=device:b&filter=page:/',
      'filter',
      /more than twice: leave one out/,
    ],
    ['/api/v1/kpis?by=page&filter=account:a', 'by', /page and account are not crossed/],
    [
      '/api/v1/kpis?by=campaign&filter=account:a&filter=device:b',
      'by',
      /at most two dimensions are crossed/,
    ],
    ['/api/v1/kpis/ctr/series?window=34h&step=1s', 'step', /2040 points.*use step=2m or longer/],
    ['/api/v1/kpis/ctr/series?window=1m&step=5m', 'step', /use step=1m or shorter/],
    ['/api/v1/kpis/ctr/series?step=1.5m', 'step', /number and s, m, h or d/],
    ['/api/v1/kpis/ctr/series?to=yesterday', 'to', /RFC 3339/],
    ['/api/v1/shards?x=1', 'x', /it takes none/],
    ['/api/v1/dead-letters?limit=1000', 'limit', /from 1 to 200/],
    ['/api/v1/dead-letters?reason=bad_luck', 'reason', /choose one of empty/],
    ['/api/v1/alerts/events?before=-1', 'before', /whole number/],
  ])('%s is refused, naming %s', async (path, field, message) => {
    const problem = await get<Problem>(path, 400)
    expect(problem).toMatchObject({ type: 'about:blank', status: 400, title: 'Bad request' })
    expect(problem.errors).toEqual([{ field, message: expect.stringMatching(message) }])
    expect(server.pipeline.questions).toEqual([])
  })

  it('an unknown KPI is not found', async () => {
    expect((await get<Problem>('/api/v1/kpis/fame/series', 404)).detail).toContain('page_views')
  })
})

describe('what is wrong', () => {
  it('is listed up to twenty fields, however many there are', async () => {
    const query = Array.from({ length: 1_500 }, (_, n) => `x${n}`).join('&')
    const many = await get<Problem>(`/api/v1/kpis?${query}`, 400)
    expect(many.errors).toHaveLength(20)
    expect(many.detail).toMatch(/1480 more are wrong and not listed$/)
    expect(JSON.stringify(many).length).toBeLessThan(16_000)
    const fields = Object.fromEntries(Array.from({ length: 3_000 }, (_, n) => [`x${n}`, n]))
    const { status, text } = await post('/api/v1/alerts/rules', fields)
    expect(status).toBe(400)
    expect(JSON.parse(text).errors).toHaveLength(20)
    const one = await get<Problem>(`/api/v1/kpis?${query.split('&', 21).join('&')}`, 400)
    expect(one.detail).toMatch(/1 more is wrong and not listed$/)
  })
})

describe('alert rules', () => {
  const rule = { kpi: 'spend', window: '1h', when: 'above', value: '50', currency: 'USD' }
  const filter = { dimension: 'account', key: 'acme' }

  it('take two filters of crossed dimensions, in any order', async () => {
    const device = { dimension: 'device', key: 'mobile' }
    for (const both of [
      [filter, device],
      [device, filter],
    ]) {
      const made = await post('/api/v1/alerts/rules', { ...rule, filter: both })
      expect(JSON.parse(made.text)).toMatchObject({ filter: [filter, device] })
      await server.send({
        path: `/api/v1/alerts/rules/${JSON.parse(made.text).id}`,
        method: 'DELETE',
      })
    }
  })

  it('are made, changed and deleted, and the pipeline is told each time', async () => {
    const made = await post('/api/v1/alerts/rules', { ...rule, filter })
    expect(made.status).toBe(201)
    const { id, ...fields } = JSON.parse(made.text)
    expect(fields).toEqual({ ...rule, filter, createdAt: NOW, updatedAt: NOW, sample: false })
    expect(made.headers.location).toBe(`/api/v1/alerts/rules/${id}`)
    const path = `/api/v1/alerts/rules/${id}`
    expect(await get('/api/v1/alerts/rules')).toEqual({ rules: [{ id, ...fields }] })

    const changed = await post(path, { value: '60', filter: null }, 'PATCH')
    expect(JSON.parse(changed.text)).toMatchObject({ ...rule, value: '60' })
    expect(await get(path)).not.toHaveProperty('filter')
    const latency = await post(path, { kpi: 'latency_p95' }, 'PATCH')
    expect(JSON.parse(latency.text)).toMatchObject({ kpi: 'latency_p95', value: '60' })
    expect(JSON.parse(latency.text)).not.toHaveProperty('currency')

    const gone = await server.send({ path, method: 'DELETE' })
    expect([gone.status, gone.text]).toEqual([204, ''])
    await get(path, 404)
    expect((await server.send({ path, method: 'DELETE' })).status).toBe(404)
    expect((await post(path, { value: '1' }, 'PATCH')).status).toBe(404)
    expect(server.pipeline.calls).toEqual(Array(4).fill('rulesChanged'))
  })

  it.each([
    [{ ...rule, value: 'a lot' }, 'value', /plain number/],
    [
      { ...rule, kpi: 'ctr', currency: undefined, value: '-1' },
      'value',
      /must not be negative, CTR never is/,
    ],
    [{ ...rule, kpi: 'fame', currency: undefined }, 'kpi', /choose one of page_views, visitors/],
    [{ ...rule, window: undefined }, 'window', /choose one of 10s/],
    [{ ...rule, value: undefined }, 'value', /"value" is missing: give a string/],
    [{ ...rule, kpi: 'ctr' }, 'currency', /CTR is not money, leave it out/],
    [{ ...rule, colour: 'red' }, 'colour', /There is no field "colour"/],
    [{ ...rule, filter: { dimension: 'account', key: '' } }, 'filter.key', /must not be empty/],
    [
      { ...rule, filter: [filter, { dimension: 'device', key: '' }] },
      'filter.1.key',
      /not be empty/,
    ],
    [{ ...rule, filter: [filter, { dimension: 'page', key: '/' }] }, 'filter', /are not crossed/],
    [{ ...rule, filter: [filter, filter] }, 'filter', /account is there twice/],
    [
      { ...rule, filter: [filter] },
      'filter',
      /a "dimension" \(page, .*\) and a "key", or a list of two/,
    ],
    [{ ...rule, filter: { dimension: 'colour', key: 'red' } }, 'filter', /must be a filter with/],
    ['rule', '', /The body must be an object/],
  ])('%j is refused at %s', async (body, field, message) => {
    const answer = await post('/api/v1/alerts/rules', body)
    expect(answer.status).toBe(400)
    const problem = JSON.parse(answer.text) as Problem
    expect(problem.errors).toEqual([{ field, message: expect.stringMatching(message) }])
  })

  it('money may have a threshold below 0, and its currency is written in any case', async () => {
    const credits = { ...rule, when: 'below', value: '-20', currency: 'eur' }
    const answer = await post('/api/v1/alerts/rules', credits)
    expect(answer.status).toBe(201)
    const made = JSON.parse(answer.text) as { id: string }
    expect(made).toMatchObject({ value: '-20', currency: 'EUR' })
    await server.send({ path: `/api/v1/alerts/rules/${made.id}`, method: 'DELETE' })
  })

  it('money without a currency is in the main one, and stays in it', async () => {
    const { currency: _, ...bare } = rule
    server.pipeline.state = liveState({ mainCurrency: 'JPY' })
    const made = JSON.parse((await post('/api/v1/alerts/rules', bare)).text) as { id: string }
    expect(made).toMatchObject({ currency: 'JPY' })
    const path = `/api/v1/alerts/rules/${made.id}`
    expect(JSON.parse((await post(path, { value: '60' }, 'PATCH')).text)).toMatchObject({
      currency: 'JPY',
    })
    await server.send({ path, method: 'DELETE' })
  })

  it('a patch is checked together with what it changes', async () => {
    const { id } = JSON.parse((await post('/api/v1/alerts/rules', rule)).text)
    const path = `/api/v1/alerts/rules/${id}`
    const answer = await post(path, { kpi: 'error_rate', value: '101' }, 'PATCH')
    expect((JSON.parse(answer.text) as Problem).errors).toEqual([
      { field: 'value', message: expect.stringMatching(/at most 100/) },
    ])
    expect(await get(path)).toMatchObject(rule)
    await server.send({ path, method: 'DELETE' })
  })
})

describe('alert events', () => {
  it('come newest first, page by page', async () => {
    const { db } = server.store
    const event = {
      stream_id: server.streamId,
      rule_id: 'r',
      rule: JSON.stringify({ kpi: 'spend', window: '1h', when: 'above', value: '5' }),
      cleared_ms: null,
      cleared: null,
      value: '{"value":6}',
      peak: '{"value":7}',
    }
    const rows = [1, 2, 3].map((fired_ms) => ({ ...event, fired_ms }))
    await db.insertInto('alert_event').values(rows).execute()
    type Page = { events: { firedAt: number }[]; next: number | null }
    const first = await get<Page>('/api/v1/alerts/events?limit=2')
    expect(first.events.map(({ firedAt }) => firedAt)).toEqual([3, 2])
    const second = await get<Page>(`/api/v1/alerts/events?limit=2&before=${first.next}`)
    expect(second.events.map(({ firedAt }) => firedAt)).toEqual([1])
    expect(second.next).toBeNull()
  })
})

describe('dead letters', () => {
  const letter = (reason: RejectReason, data: Uint8Array, bytes = data.length) => ({
    stream_id: server.streamId,
    shard_id: 'shard-0',
    sequence_number: '7',
    event_index: 0,
    arrived_ms: 5,
    reason,
    app: reason === 'app_failed' ? 'kpi' : null,
    detail: 'why',
    data,
    bytes,
  })

  it('come newest first with counts of all time, as text where they are text', async () => {
    const cutInside = new TextEncoder().encode('añ').slice(0, 2)
    await server.store.db
      .insertInto('dead_letter')
      .values([
        letter('not_json', new TextEncoder().encode('<b>no</b>')),
        letter('not_utf8', Uint8Array.from([0xff, 0])),
        letter('too_large', cutInside, 9_000),
      ])
      .execute()
    await server.store.db
      .insertInto('dead_letter_count')
      .values({ stream_id: server.streamId, reason: 'not_json', n: 1_234 })
      .execute()
    type Page = { letters: { reason: string; data: unknown }[]; next: number | null }
    const first = await get<Page>('/api/v1/dead-letters?limit=2')
    expect(first).toMatchObject({ asOf: NOW, counts: { not_json: 1_234 }, kept: 3 })
    expect(first.letters.map(({ data }) => data)).toEqual([
      { encoding: 'utf8', text: 'a', bytes: 9_000, cut: true },
      { encoding: 'base64', text: '/wA=', bytes: 2, cut: false },
    ])
    const second = await get<Page>(`/api/v1/dead-letters?limit=2&before=${first.next}`)
    expect(second.letters.map(({ data }) => data)).toEqual([
      { encoding: 'utf8', text: '<b>no</b>', bytes: 9, cut: false },
    ])
    expect(second.next).toBeNull()
    const chosen = await get<Page>('/api/v1/dead-letters?reason=not_utf8')
    expect(chosen.letters.map(({ reason }) => reason)).toEqual(['not_utf8'])
    expect((await get<Page>('/api/v1/dead-letters?shard=shard-9')).letters).toEqual([])
  })

  it('say which app failed, and are found by shard and reason', async () => {
    const failed = letter('app_failed', new TextEncoder().encode('{}'))
    await server.store.db
      .insertInto('dead_letter')
      .values([failed, { ...failed, shard_id: 'shard-8' }])
      .execute()
    const answer = await get<DeadLettersAnswer>('/api/v1/dead-letters?reason=app_failed')
    expect(answer.letters.map(({ app, shardId }) => [app, shardId])).toEqual([
      ['kpi', 'shard-8'],
      ['kpi', 'shard-0'],
    ])
    const both = '/api/v1/dead-letters?reason=app_failed&shard=shard-0'
    expect((await get<DeadLettersAnswer>(both)).letters).toMatchObject([{ shardId: 'shard-0' }])
    const other = await get<DeadLettersAnswer>('/api/v1/dead-letters?reason=not_json')
    expect(other.letters.map(({ app }) => app)).toEqual([null])
  })
})

describe('demo traffic', () => {
  it('is switched, told to the pipeline, and remembered', async () => {
    const off = await post('/api/v1/demo', { state: 'off' }, 'PUT')
    expect([off.status, JSON.parse(off.text)]).toEqual([200, { state: 'off' }])
    expect(await get('/api/v1/demo')).toEqual({ state: 'off' })
    expect(server.demo).toEqual(['off'])
    expect(server.pipeline.calls).toEqual(['demo off'])
    const saved = await server.store.db.selectFrom('setting').selectAll().execute()
    expect(saved).toEqual([{ stream_id: 0, name: 'demo', value: 'off' }])
    expect((await post('/api/v1/demo', { state: 'maybe' }, 'PUT')).status).toBe(400)
  })

  it('does not exist on a stream that is not ours', async () => {
    const other = await startTestServer({ stream: 'kinesis' })
    const body = JSON.stringify({ state: 'on' })
    const answer = await other.send({ path: '/api/v1/demo', method: 'PUT', headers: json, body })
    expect(answer.status).toBe(404)
    expect(JSON.parse(answer.text).detail).toContain('KINESIS_STREAM')
    await other.close()
  })
})

describe('health', () => {
  it('is alive whatever the pipeline does, and ready only while it reads', async () => {
    expect(await get('/readyz')).toEqual({ status: 'ready' })
    server.pipeline.state = liveState({
      source: { kind: 'trouble', since: 1, problem: 'Access denied', remedy: 'Check the keys' },
    })
    expect(await get('/healthz')).toEqual({ status: 'ok' })
    const problem = await get<Problem>('/readyz', 503)
    expect(problem.errors).toEqual([{ field: 'stream', message: 'Access denied: Check the keys' }])
    server.pipeline.state = liveState({ source: { kind: 'starting' } })
    expect((await get<Problem>('/readyz', 503)).detail).toBe('The stream is starting')
  })

  it('is not ready while the pipeline dies again and again, whatever it answers in between', async () => {
    const trouble = {
      kind: 'trouble',
      since: 1,
      problem: 'It died 3 times',
      remedy: 'Look.',
    } as const
    server.pipeline.trouble = trouble
    for (const state of [liveState({ source: { kind: 'starting' } }), new Error('gone')]) {
      server.pipeline.state = state
      expect((await get<Problem>('/readyz', 503)).errors).toEqual([
        { field: 'stream', message: 'It died 3 times: Look.' },
      ])
    }
    expect((await get<StreamAnswer>('/api/v1/stream')).source).toEqual(trouble)
    server.pipeline.trouble = { kind: 'ok' }
  })

  it('names every part that is in trouble', async () => {
    const trouble = (problem: string) =>
      ({ kind: 'trouble', since: 1, problem, remedy: 'Act.' }) as const
    server.pipeline.state = liveState({ source: trouble('Denied.'), store: trouble('Full') })
    expect((await get<Problem>('/readyz', 503)).errors).toEqual([
      { field: 'stream', message: 'Denied. Act.' },
      { field: 'store', message: 'Full: Act.' },
    ])
  })

  it('says what is wrong while the stream was never reached', async () => {
    const { parts, pipeline } = server
    const unreached = createFakePipeline(null)
    const source = {
      kind: 'trouble' as const,
      since: 1,
      problem: 'nothing listens at http://127.0.0.1:1',
      remedy: 'Check the endpoint',
    }
    unreached.state = liveState({ source })
    parts.pipeline = unreached
    expect((await get<Problem>('/readyz', 503)).errors).toEqual([
      { field: 'stream', message: 'nothing listens at http://127.0.0.1:1: Check the endpoint' },
    ])
    expect(await get('/api/v1/stream')).toMatchObject({ source, shards: { open: 0, known: 0 } })
    parts.pipeline = undefined
    expect(await get('/api/v1/stream')).toMatchObject({ source: { kind: 'starting' } })
    parts.pipeline = pipeline
  })

  it('names what is not up yet', async () => {
    const { parts, store, pipeline } = server
    parts.store = undefined
    parts.pipeline = undefined
    expect((await get<Problem>('/readyz', 503)).errors?.map(({ field }) => field)).toEqual([
      'store',
      'stream',
    ])
    expect((await get<Problem>('/api/v1/totals', 503)).status).toBe(503)
    Object.assign(parts, { store, pipeline })
  })
})

describe('damage', () => {
  it('is listed newest first, with what was set aside and how many panes lack something', async () => {
    const { db } = server.store
    const row = { stream_id: server.streamId, source: 'pane' as const, bytes: 3, why: 'bad' }
    for (const n of [1, 2, 3]) {
      await db
        .insertInto('damaged')
        .values({ ...row, row_key: `{"start_ms":${n}}`, held: Buffer.from('abc'), found_ms: n })
        .execute()
    }
    await db
      .insertInto('lost_pane')
      .values({ stream_id: server.streamId, level_ms: 1_000, dimension: '', start_ms: 1 })
      .execute()
    const first = await get<DamageAnswer>('/api/v1/damage?limit=2')
    expect(first).toMatchObject({ tables: [{ table: 'pane', rows: 3 }], lostPanes: 1 })
    expect(first.damaged.map(({ key, held }) => [key.start_ms, held])).toEqual([
      [3, 'YWJj'],
      [2, 'YWJj'],
    ])
    const second = await get<DamageAnswer>(`/api/v1/damage?limit=2&before=${first.next}`)
    expect([second.damaged.length, second.next]).toEqual([1, null])
  })

  it('of a dead letter is set aside, and the others are listed', async () => {
    const before = await get<DeadLettersAnswer>('/api/v1/dead-letters')
    await sql`update dead_letter set reason = 'luck' where id = ${before.letters[0]?.id}`.execute(
      server.store.db,
    )
    const after = await get<DeadLettersAnswer>('/api/v1/dead-letters')
    expect(after.letters.map(({ id }) => id)).toEqual(before.letters.slice(1).map(({ id }) => id))
    const { damaged } = await get<DamageAnswer>('/api/v1/damage?limit=1')
    expect(damaged[0]).toMatchObject({ table: 'dead_letter', why: 'its "reason" is none' })
  })
})

describe('metrics', () => {
  it('are of both threads, requests by route', async () => {
    await get('/api/v1/kpis/ctr/series')
    const { text, headers } = await server.send({ path: '/metrics' })
    expect(headers['content-type']).toContain('version=0.0.4')
    expect(text).toMatch(
      /kinesight_http_requests_total\{route="\/api\/v1\/kpis\/\{id\}\/series",method="GET",code="200"\} \d/,
    )
    expect(text).toContain('kinesight_worker_up 1')
    expect(text).toContain('nodejs_eventloop_lag_seconds')
  })
})

describe('a store that cannot be written', () => {
  it('is said with what to do about it', async () => {
    await sql`pragma query_only = on`.execute(server.store.db)
    const rule = { kpi: 'spend', window: '1h', when: 'above', value: '50', currency: 'USD' }
    const answer = await post('/api/v1/alerts/rules', rule)
    await sql`pragma query_only = off`.execute(server.store.db)
    expect(answer.status).toBe(503)
    expect(JSON.parse(answer.text).detail).toBe(
      'The store cannot be used: it may only be read. See that the user that Kinesight runs as may write DATA_DIR and all files in it. Reading waits meanwhile and goes on by itself; nothing is lost.',
    )
  })
})

describe('the edges of HTTP', () => {
  const status = async (request: RawRequest) => (await server.send(request)).status

  it('what is not there is 404, and another method 405 with what there is', async () => {
    expect((await get<Problem>('/api/v1/fame', 404)).detail).toContain('openapi.json')
    const answer = await server.send({ path: '/api/v1/alerts/rules', method: 'DELETE' })
    expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, HEAD, POST'])
    expect(await status({ path: '/', method: 'POST', headers: json, body: '{}' })).toBe(405)
  })

  it('HEAD answers as GET without the body', async () => {
    const head = await server.send({ path: '/healthz', method: 'HEAD' })
    expect([head.status, head.text, head.headers['content-length']]).toEqual([200, '', '15'])
  })

  it('a body is at most 64 KiB, whether its length is told or not', async () => {
    const path = '/api/v1/alerts/rules'
    const body = Buffer.alloc(64 * 1_024 + 1, 0x20)
    expect(await status({ path, method: 'POST', headers: json, body })).toBe(413)
    const chunked = { ...json, 'transfer-encoding': 'chunked' }
    expect(await status({ path, method: 'POST', headers: chunked, body })).toBe(413)
    const fits = body.subarray(1)
    expect(await status({ path, method: 'POST', headers: json, body: fits })).toBe(400)
  })

  it('a body that is not JSON is refused', async () => {
    const path = '/api/v1/demo'
    for (const body of ['{', '', Buffer.from([0xff, 0xfe])]) {
      expect(await status({ path, method: 'PUT', headers: json, body })).toBe(400)
    }
  })

  it('an address is at most 8 KiB long and names a path', async () => {
    expect(await status({ path: `/api/v1/kpis?filter=page:${'x'.repeat(8_192)}` })).toBe(414)
    expect(await status({ path: `http://127.0.0.1:${server.port}/healthz` })).toBe(400)
    expect(await status({ path: '*', method: 'OPTIONS' })).toBe(400)
    expect(await status({ path: '/api/v1/alerts/rules/%ff' })).toBe(404)
  })

  it('another host, another origin and another page are refused before anything is done', async () => {
    const host = `evil.example:${server.port}`
    expect(await status({ path: '/api/v1/totals', headers: { host } })).toBe(421)
    expect(await status({ path: '/', headers: { host } })).toBe(421)
    const page = { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' }
    expect(await status({ path: '/api/v1/totals', headers: page })).toBe(403)
    const origin = 'http://evil.example'
    const body = JSON.stringify({ state: 'off' })
    const change = { path: '/api/v1/demo', method: 'PUT', body }
    expect(await status({ ...change, headers: { ...json, origin } })).toBe(403)
    const form = { 'content-type': 'text/plain' }
    expect(await status({ ...change, headers: form })).toBe(415)
    expect(server.pipeline.calls).toEqual([])
    const preflight = await server.send({
      path: '/api/v1/demo',
      method: 'OPTIONS',
      headers: { origin },
    })
    expect(preflight.status).toBe(403)
    expect(Object.keys(preflight.headers).join()).not.toContain('access-control')
  })

  it('every answer carries the security headers, and a page its nonce', async () => {
    const api = await server.send({ path: '/healthz' })
    expect(api.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    })
    const page = await server.send({ path: '/shards' })
    expect(page.headers['content-security-policy']).toContain("'nonce-bm9uY2U='")
    expect(page.text).toContain("'nonce-bm9uY2U='")
  })
})
