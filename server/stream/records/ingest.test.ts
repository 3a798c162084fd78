import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { noFates } from '../../../lib/fates.ts'
import { ALLOWED_LATENESS_MS } from '../../../lib/lateness.ts'
import { DAY_MS, MINUTE_MS } from '../../../lib/time.ts'
import type { StreamRecord } from '../read/stream-source.ts'
import { newShard, type ShardProgress } from '../shards/shard-progress.ts'
import type { AppliedEvent } from '../stream-app.ts'
import { encodeAggregate } from './encode-aggregate.ts'
import {
  alreadyTaken,
  type IngestPorts,
  ingestEvents,
  KEPT_BYTES,
  openRecord,
  type RejectedItem,
} from './ingest.ts'
import { createPutAgain } from './put-again.ts'
import { createSeenIds } from './seen-ids.ts'

const T = 1_700_000_000_000
const KEPT_FROM = T - 400 * DAY_MS
const ALL_HASHES = { hashFrom: '0', hashTo: ((1n << 128n) - 1n).toString() }
// md5 of "a" begins with 0x0c, of "b" with 0x92.
const LOW_HASHES = { hashFrom: '0', hashTo: ((1n << 127n) - 1n).toString() }
const HIGH_HASHES = { hashFrom: (1n << 127n).toString(), hashTo: ALL_HASHES.hashTo }

const shardNow = (hashes = ALL_HASHES): ShardProgress =>
  newShard({ shardId: 'shard', parents: [], closed: false, ...hashes })

const recordOf = (data: Uint8Array | string, sequenceNumber = '10'): StreamRecord => ({
  sequenceNumber,
  arrivedAt: T,
  partitionKey: 'outer',
  data: typeof data === 'string' ? new TextEncoder().encode(data) : data,
})

function createPorts() {
  const applied: AppliedEvent[] = []
  const rejected: RejectedItem[] = []
  const keys: string[] = []
  const ports: IngestPorts = {
    seen: createSeenIds(),
    putAgain: createPutAgain({ maxUnits: 1_000 }),
    history: { now: T + 5, keptFrom: KEPT_FROM },
    apply: (event) => void applied.push(event),
    reject: (_reason, make) => void (make && rejected.push(make())),
    keys: { add: ({ partitionKey }) => void keys.push(partitionKey) },
  }
  return { ports, applied, rejected, keys }
}

function takeAll(record: StreamRecord, shard: ShardProgress, ports: IngestPorts) {
  return ingestEvents(openRecord(record, shard), shard, ports, Number.POSITIVE_INFINITY)
}

const LOG_LINE =
  '192.0.2.7 - - [14/Nov/2023:22:13:19 +0000] "GET /a HTTP/1.1" 200 5 "-" "Mozilla/5.0"'

describe('a record taken in', () => {
  test('as lines of a log gives each event its place in the record as its id', () => {
    const shard = shardNow()
    const { ports, applied, rejected } = createPorts()
    takeAll(recordOf(`${LOG_LINE}\nhello\n${LOG_LINE}\n`), shard, ports)
    expect(applied.map(({ event: { id, type, page }, index }) => [id, type, page, index])).toEqual([
      ['shard:10:0', 'request', '/a', 0],
      ['shard:10:1', 'page_view', '/a', 1],
      ['shard:10:3', 'request', '/a', 3],
      ['shard:10:4', 'page_view', '/a', 4],
    ])
    expect(rejected).toMatchObject([{ reason: 'not_json', index: 2, bytes: 5 }])
    expect(shard).toMatchObject({ newestEventMs: T - 1_000, fates: { applied: 4, rejected: 1 } })
  })

  test('moves its shard past it and gives its events their fates', () => {
    const shard = shardNow()
    const { ports, applied, rejected, keys } = createPorts()
    const text = '[{"type":"a","id":"1"},{"type":"b"},{"type":"a","id":"1"},7]'
    expect(takeAll(recordOf(text), shard, ports)).toEqual({ events: 4, done: true })
    expect(shard).toMatchObject({
      checkpoint: '10',
      subSequence: null,
      records: 1,
      bytes: text.length,
      lastArrivalMs: T,
      newestEventMs: T,
      aggregated: 0,
      fates: { ...noFates(), applied: 2, duplicate: 1, rejected: 1 },
    })
    expect(applied.map(({ event, index }) => [event.id, index])).toEqual([
      ['1', 0],
      ['shard:10:1', 1],
    ])
    expect(rejected).toMatchObject([{ reason: 'not_an_event', sequenceNumber: '10', index: 3 }])
    expect(keys).toEqual(['outer'])
  })

  test('by half says how far, and counts as a record only at its end', () => {
    const shard = shardNow()
    const { ports, keys } = createPorts()
    const cursor = openRecord(recordOf('[{"type":"a"},{"type":"b"},{"type":"c"}]'), shard)
    expect(cursor.left).toBe(3)
    expect(ingestEvents(cursor, shard, ports, 2)).toEqual({ events: 2, done: false })
    expect(cursor.left).toBe(1)
    expect(shard).toMatchObject({ checkpoint: '10', subSequence: 2, records: 0, bytes: 0 })
    expect(keys).toEqual([])
    expect(ingestEvents(cursor, shard, ports, 2)).toEqual({ events: 1, done: true })
    expect(shard).toMatchObject({ checkpoint: '10', subSequence: null, records: 1 })
    expect(keys).toEqual(['outer'])
  })

  test('counts lines of a log that have fields which were passed over, once they are all taken in', () => {
    const lines = ['', ' "-" 0.215', ' "-" 0.215 1834', ' é']
      .map((more) => LOG_LINE + more)
      .join('\n')
    const shard = shardNow()
    const { ports } = createPorts()
    for (const data of [lines, gzipSync(lines)]) {
      const before = shard.partlyRead
      const cursor = openRecord(recordOf(data), shard)
      expect(ingestEvents(cursor, shard, ports, 3).done).toBe(false)
      expect(shard.partlyRead).toBe(before)
      expect(ingestEvents(cursor, shard, ports, 9).done).toBe(true)
      expect(shard.partlyRead).toBe(before + 2)
    }
    const part = new TextEncoder().encode(lines)
    const aggregate = encodeAggregate([part, part].map((data) => ({ partitionKey: 'a', data })))
    takeAll(recordOf(aggregate), shard, ports)
    expect(shard.partlyRead).toBe(8)
    expect(shard.fates).toMatchObject({ applied: 32, rejected: 0 })
  })

  test('an event older than the newest of its shard by more than a minute is late', () => {
    const shard = shardNow()
    const { ports, applied } = createPorts()
    const times = [T, T - ALLOWED_LATENESS_MS, T - ALLOWED_LATENESS_MS - 1, T + MINUTE_MS]
    takeAll(recordOf(JSON.stringify(times.map((time) => ({ type: 'a', time })))), shard, ports)
    expect(applied.map(({ late }) => late)).toEqual([false, false, true, false])
    expect(shard).toMatchObject({ newestEventMs: T, fates: { applied: 4, late: 1, clamped: 1 } })
  })

  test('an event of before what is kept is beyond history, and late only after a newer one', () => {
    const shard = shardNow()
    const { ports, applied } = createPorts()
    const take = (times: number[]) =>
      takeAll(recordOf(JSON.stringify(times.map((time) => ({ type: 'a', time })))), shard, ports)
    take([KEPT_FROM])
    expect(shard).toMatchObject({ oldestBeyondMs: null, lastBeyondMs: null })
    take([KEPT_FROM - 1, KEPT_FROM - 5, KEPT_FROM - DAY_MS, T, KEPT_FROM - 2])
    expect(applied.map(({ beyond, late }) => [beyond, late])).toEqual([
      [false, false],
      [true, false],
      [true, false],
      [true, true],
      [false, false],
      [true, true],
    ])
    expect(shard).toMatchObject({
      fates: { applied: 6, late: 2, beyond: 4 },
      oldestBeyondMs: KEPT_FROM - DAY_MS,
      lastBeyondMs: T + 5,
    })
  })

  test('that is an aggregate counts its records, their keys, and those of other shards', () => {
    const data = new TextEncoder().encode('{"type":"a"}')
    const shard = shardNow(LOW_HASHES)
    const { ports, applied, keys } = createPorts()
    const aggregate = encodeAggregate(
      ['a', 'b', 'a'].map((partitionKey) => ({ partitionKey, data })),
    )
    takeAll(recordOf(aggregate), shard, ports)
    expect(shard).toMatchObject({ records: 1, aggregated: 3, outOfRange: 1 })
    expect(applied).toHaveLength(3)
    expect(keys).toEqual(['a', 'b', 'a'])
  })
})

describe('a sub-record that was put again, because it fell outside the range of its shard', () => {
  const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))
  const sub = (partitionKey: string, ...events: unknown[]) => ({ partitionKey, data: text(events) })

  test('makes its events without an id duplicates; those with one go by it, and what is broken is rejected twice', () => {
    const { ports, applied } = createPorts()
    const [low, high] = [shardNow(LOW_HASHES), shardNow(HIGH_HASHES)]
    const events = [{ type: 'x', id: '1' }, { type: 'y' }, 7, { type: 'z' }]
    takeAll(recordOf(encodeAggregate([sub('a', { type: 'a' }), sub('b', ...events)])), low, ports)
    expect(low).toMatchObject({ outOfRange: 1, putAgain: 0, fates: { applied: 4, rejected: 1 } })
    takeAll(recordOf(encodeAggregate([sub('b', ...events)])), high, ports)
    expect(high).toMatchObject({
      outOfRange: 0,
      putAgain: 1,
      fates: { applied: 0, duplicate: 3, rejected: 1 },
    })
    expect(applied.map(({ event }) => event.type)).toEqual(['a', 'x', 'y', 'z'])
  })

  test('is known where it comes alone, not in an aggregate', () => {
    const { ports } = createPorts()
    const [low, high] = [shardNow(LOW_HASHES), shardNow(HIGH_HASHES)]
    takeAll(recordOf(encodeAggregate([sub('b', { type: 'x' })])), low, ports)
    const alone = { ...recordOf(text([{ type: 'x' }])), partitionKey: 'b' }
    takeAll(alone, high, ports)
    takeAll({ ...alone, sequenceNumber: '11' }, high, ports)
    expect(high).toMatchObject({ putAgain: 1, fates: { applied: 1, duplicate: 1 } })
  })

  test('is asked for once, at its first event without an id, and that holds through a stop in its midst', () => {
    const { ports } = createPorts()
    const [low, high] = [shardNow(LOW_HASHES), shardNow(HIGH_HASHES)]
    const events = [{ type: 'x', id: '1' }, { type: 'y' }, { type: 'z' }]
    takeAll(recordOf(encodeAggregate([sub('b', ...events)])), low, ports)
    const record = recordOf(encodeAggregate([sub('b', ...events), sub('b', { type: 'z' })]))
    const parts: (boolean | null)[] = []
    for (let done = false; !done; ) {
      done = ingestEvents(openRecord(record, high), high, ports, 1).done
      parts.push(high.partAgain)
    }
    expect(parts).toEqual([null, true, null, null])
    expect(high).toMatchObject({ putAgain: 1, fates: { applied: 1, duplicate: 3 } })
  })

  test('is not looked for where all of its events have ids', () => {
    const { ports } = createPorts()
    const putAgain = { isAgain: () => expect.unreachable(), aggregatesCome() {} }
    const one = recordOf(encodeAggregate([sub('b', { type: 'x', id: '1' })]))
    for (const hashes of [LOW_HASHES, HIGH_HASHES]) {
      takeAll(one, shardNow(hashes), { ...ports, putAgain })
    }
    takeAll(recordOf('{"type":"x","id":"2"}'), shardNow(), { ...ports, putAgain })
  })
})

describe('of what is rejected is kept', () => {
  const kept = (data: Uint8Array | string) => {
    const { ports, rejected } = createPorts()
    takeAll(recordOf(data), shardNow(), ports)
    return rejected.map((item) => [new TextDecoder().decode(item.data), item.bytes])
  }

  test('the record as it was put, where it is one event', () => {
    expect(kept('{ "type": 7 }')).toEqual([['{ "type": 7 }', 13]])
  })

  test('the event alone, where it is one of several or was folded up', () => {
    expect(kept('[{"type":"a"}, { "type": 7 }]')).toEqual([['{"type":7}', 10]])
    expect(kept('{"type":"a"}\n{"ty')).toEqual([['{"ty', 4]])
    expect(kept(gzipSync('{ "type": 7 }'))).toEqual([['{"type":7}', 10]])
    const data = new TextEncoder().encode('{"ty')
    expect(kept(encodeAggregate([{ partitionKey: 'a', data }]))).toEqual([['{"ty', 4]])
  })

  test('no more than its beginning', () => {
    const text = `{"type":"${'x'.repeat(2 * KEPT_BYTES)}"}`
    expect(kept(text)).toEqual([[text.slice(0, KEPT_BYTES), text.length]])
  })
})

test('a record lies behind the checkpoint by its number, unless it is taken in by half', () => {
  const at = (checkpoint: string | null, subSequence: number | null = null) =>
    ['9', '10', '11'].map((sequenceNumber) =>
      alreadyTaken(recordOf('', sequenceNumber), { ...shardNow(), checkpoint, subSequence }),
    )
  expect(at(null)).toEqual([false, false, false])
  expect(at('10')).toEqual([true, true, false])
  expect(at('10', 5)).toEqual([true, false, false])
})

test('I16: in any wrapping, with any stops and restarts, each event has the one fate that it has in the whole', () => {
  const id = fc.constantFrom(null, 'a', 'b', 'c', 'd')
  const event = fc.oneof(
    fc.record({
      type: fc.constantFrom('x', 'y', 7),
      id,
      time: fc.integer({ min: T - 1e6, max: T }),
    }),
    fc.constant('no event'),
  )
  const events = fc.array(event, { minLength: 1, maxLength: 8 })
  const text = fc.oneof(
    event.map((one) => JSON.stringify(one)),
    events.map((list) => JSON.stringify(list)),
    events.map((list) => list.map((one) => JSON.stringify(one)).join('\n')),
    fc.constantFrom('', '[]', '{"type":"x"}\n{"ty\n{"type":"y"}'),
    fc
      .array(fc.constantFrom(LOG_LINE, LOG_LINE, 'torn', ''), { minLength: 1, maxLength: 5 })
      .map((list) => list.join('\n')),
  )
  const data = fc
    .tuple(text, fc.boolean())
    .map(([plain, zipped]) => (zipped ? gzipSync(plain) : new TextEncoder().encode(plain)))
  const userRecord = fc.record({ partitionKey: fc.constantFrom('a', 'b'), data })
  const aggregate = fc.array(userRecord, { maxLength: 6 }).map(encodeAggregate)
  const records = fc
    .array(fc.oneof(data, aggregate), { minLength: 1, maxLength: 5 })
    .map((list) => list.map((one, at) => recordOf(one, String(at + 9))))
  const turns = fc.array(
    fc.record({ events: fc.integer({ min: 1, max: 6 }), restart: fc.boolean() }),
    {
      minLength: 1,
    },
  )
  const ranges = fc.constantFrom(ALL_HASHES, LOW_HASHES, HIGH_HASHES)
  fc.assert(
    fc.property(records, turns, ranges, (stream, plan, hashes) => {
      const whole = createPorts()
      const wholeShard = shardNow(hashes)
      for (const record of stream) takeAll(record, wholeShard, whole.ports)

      const parts = createPorts()
      let shard = shardNow(hashes)
      let turn = 0
      for (const record of stream) {
        let cursor = openRecord(record, shard)
        for (;;) {
          const { events: most, restart } = plan[turn++ % plan.length] as (typeof plan)[number]
          if (ingestEvents(cursor, shard, parts.ports, most).done) break
          if (!restart) continue
          shard = { ...shard, fates: { ...shard.fates } }
          expect(stream.filter((one) => !alreadyTaken(one, shard))[0]).toBe(record)
          cursor = openRecord(record, shard)
        }
      }
      expect(parts.applied).toEqual(whole.applied)
      expect(parts.rejected).toEqual(whole.rejected)
      expect(parts.keys).toEqual(whole.keys)
      expect(shard).toEqual(wholeShard)
      const items = stream.map((record) => openRecord(record, shardNow()).left)
      const { applied: taken, duplicate, rejected } = wholeShard.fates
      expect(taken + duplicate + rejected).toBe(items.reduce((sum, n) => sum + n, 0))
      expect([taken, rejected]).toEqual([whole.applied.length, whole.rejected.length])
      const places = whole.applied.map(({ sequenceNumber, index }) => `${sequenceNumber}:${index}`)
      expect(new Set(places).size).toBe(places.length)
    }),
  )
})

test('in any wrapping, the events are those that were put', () => {
  const events = fc.array(fc.record({ type: fc.constantFrom('x', 'y', 'z'), page: fc.string() }), {
    minLength: 1,
    maxLength: 8,
  })
  const wrapped = fc
    .tuple(events, fc.constantFrom('array', 'lines'), fc.boolean())
    .map(([list, shape, zipped]) => {
      const lines = list.map((one) => JSON.stringify(one))
      const text = shape === 'lines' ? lines.join('\r\n') : `[${lines.join()}]`
      return { list, data: zipped ? gzipSync(text) : new TextEncoder().encode(text) }
    })
  const aggregate = fc.array(wrapped, { minLength: 1, maxLength: 5 }).map((parts) => ({
    list: parts.flatMap(({ list }) => list),
    data: encodeAggregate(parts.map(({ data }, at) => ({ partitionKey: `${at % 2}`, data }))),
  }))
  fc.assert(
    fc.property(fc.oneof(wrapped, aggregate), ({ list, data }) => {
      const { ports, applied } = createPorts()
      takeAll(recordOf(data), shardNow(), ports)
      expect(applied.map(({ event: { type, page } }) => ({ type, page: page ?? '' }))).toEqual(
        list.map(({ type, page }) => ({ type, page: page.replaceAll('\0', '\ufffd') })),
      )
    }),
  )
})
