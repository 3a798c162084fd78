import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { epochMs } from '../../../lib/time.ts'
import type { DeadLetter } from '../commit/commit.ts'
import { createBuffer } from '../read/buffer.ts'
import type { Taking } from '../read/shard-reader.ts'
import type { StreamRecord } from '../read/stream-source.ts'
import { alreadyTaken, type IngestPorts, ingestEvents, openRecord } from '../records/ingest.ts'
import { createPutAgain } from '../records/put-again.ts'
import { createSeenIds } from '../records/seen-ids.ts'
import { newShard } from '../shards/shard-progress.ts'
import { createThroughput } from '../shards/throughput.ts'
import { createTopKeys } from '../shards/top-keys.ts'
import type { AppliedEvent } from '../stream-app.ts'
import { createAppRunner } from './app-runner.ts'
import { createTaker, type TakingLane } from './take-batch.ts'

const ARRIVED = epochMs(1_700_000_000_000)
const log = pino({ level: 'silent' })

/** Every look at the clock is 10 ms after the one before. One lane for each list of records. */
async function takingAll(...lists: (readonly Uint8Array[])[]) {
  let ms = 0
  const clock = { now: () => epochMs(ms), monotonicMs: () => (ms += 10) }
  const letters: DeadLetter[] = []
  const types: string[] = []
  const apps = createAppRunner(
    [
      {
        name: 'app',
        fold: (events) => types.push(...events.map(({ event }) => event.type)),
        discard() {},
        seal: () => ({ write: async () => {}, committed() {} }),
      },
    ],
    { clock, log, careful: false, poisoned: () => {} },
  )
  const take = createTaker({
    seen: createSeenIds(),
    putAgain: createPutAgain({ maxUnits: 1_000 }),
    apps,
    clock,
    keptFrom: () => 0,
    reject: (_reason, make) => make !== undefined && letters.push(make()),
    took() {},
  })
  const hold = await createBuffer(1_000_000).room(0, new AbortController().signal)
  const lanes = lists.map((records, at) => {
    const lane = laneOf(`shard-${at}`)
    const mine: Taking = { batch: batchOf(records), hold, at: 0 }
    return { lane, turn: () => take(lane, mine) }
  })
  return { lanes, letters, types }
}

async function taking(records: readonly Uint8Array[]) {
  const { lanes, ...rest } = await takingAll(records)
  return { ...(lanes[0] as (typeof lanes)[number]), ...rest }
}

const laneOf = (shardId: string): TakingLane => ({
  progress: newShard({ shardId, parents: [], hashFrom: '0', hashTo: '9', closed: false }),
  throughput: createThroughput(0),
  keys: createTopKeys(),
  cursor: undefined,
  opening: undefined,
})

const batchOf = (records: readonly Uint8Array[]): Taking['batch'] => ({
  records: records.map((data, n) => ({
    sequenceNumber: String(n + 1),
    partitionKey: 'key',
    arrivedAt: ARRIVED,
    data,
  })),
  bytes: 0,
  full: false,
  next: 'next',
  children: [],
  millisBehindLatest: 0,
  answeredAt: undefined,
})

test('I17: a record that unfolds to millions of events leaves others their turn, and is refused once', async () => {
  const bomb = gzipSync(`[${'{},'.repeat(1_900_000)}{}]`)
  const { turn, lane, letters, types } = await taking([
    Buffer.from('{"type":"before"}'),
    bomb,
    Buffer.from('{"type":"behind"}'),
  ])
  let turns = 1
  for (; !turn(); turns++) expect(types).toEqual(['before'])
  expect(turns).toBeGreaterThan(50)
  expect(types).toEqual(['before', 'behind'])
  expect(letters).toMatchObject([
    { reason: 'too_large', detail: 'holds more than 200000 events: put smaller batches' },
  ])
  expect(lane.progress).toMatchObject({
    checkpoint: '3',
    subSequence: null,
    fates: { applied: 2, duplicate: 0, rejected: 1 },
  })
})

test('what can be taken of a record that was opened over many turns is taken in order, once', async () => {
  const batch = Array.from({ length: 3_000 }, (_, n) => ({ type: `e-${n}`, title: 'x'.repeat(99) }))
  const { turn, letters, types } = await taking([gzipSync(JSON.stringify(batch))])
  let turns = 1
  while (!turn()) turns++
  expect(turns).toBeGreaterThan(5)
  expect(letters).toEqual([])
  expect(types).toEqual(batch.map(({ type }) => type))
})

test('I13: of records that unfold to much one is open at a time, and small ones go by', async () => {
  const many = (type: string) =>
    Buffer.from(
      JSON.stringify(Array.from({ length: 5_000 }, () => ({ type, title: 'x'.repeat(300) }))),
    )
  const small = gzipSync('{"type":"small"}')
  const { lanes, letters, types } = await takingAll(
    [gzipSync(many('a')), small],
    [many('b')],
    [gzipSync(many('c')), gzipSync(many('d'))],
    [small, small],
  )
  const left = new Set(lanes)
  let mostOpen = 0
  for (let round = 0; left.size > 0 && round < 10_000; round++) {
    for (const each of left) if (each.turn()) left.delete(each)
    const open = lanes.filter(({ lane }) => (lane.opening ?? lane.cursor) !== undefined)
    mostOpen = Math.max(mostOpen, open.length)
    if (round === 0) expect(types.filter((type) => type === 'small')).toHaveLength(2)
  }
  expect(left.size).toBe(0)
  expect(mostOpen).toBe(1)
  expect(letters).toEqual([])
  for (const type of ['a', 'b', 'c', 'd']) {
    expect(types.filter((each) => each === type)).toHaveLength(5_000)
  }
  expect(types.filter((type) => type === 'small')).toHaveLength(3)
})

const textOf = (type: string, n: number) => JSON.stringify({ type, id: `${type}-${n % 40}` })
const oneRecord = fc.oneof(
  { weight: 8, arbitrary: fc.nat(60).map((n) => Buffer.from(textOf('plain', n))) },
  fc
    .array(fc.nat(60), { maxLength: 30 })
    .map((all) => Buffer.from(`[${all.map((n) => textOf('list', n)).join()}]`)),
  fc.nat(60).map((n) => Buffer.from(`{"type":"esc\\u0061ped","id":"${n}"}`)),
  fc.nat(60).map((n) => gzipSync(textOf('packed', n))),
  fc
    .nat(60)
    .map((n) => Buffer.from(JSON.stringify({ type: 'wide', title: 'x'.repeat(n * 1_000) }))),
  fc.constantFrom('', '[]', 'no JSON', '{"type":""}', '7').map((text) => Buffer.from(text)),
)

test('however many are opened ahead, each record is taken in as if it were the only one', () => {
  const numbered = fc.tuple(oneRecord, fc.integer({ min: -1, max: 2 }))
  fc.assert(
    fc.property(
      fc.array(numbered, { maxLength: 120, size: 'max' }),
      fc.integer({ min: 1, max: 40 }),
      fc.nat(9),
      (all, batchEvents, tickMs) => {
        let number = 100
        const records = all.map(([data, step]) => {
          number += step
          return { data, partitionKey: 'key', sequenceNumber: String(number), arrivedAt: ARRIVED }
        })
        const taken = takenIn(records, batchEvents, tickMs)
        expect(taken).toEqual(takenOneByOne(records))
      },
    ),
    { numRuns: 200 },
  )
})

function takenIn(records: readonly StreamRecord[], batchEvents: number, tickMs: number) {
  let ms = 0
  const clock = { now: () => epochMs(ms), monotonicMs: () => (ms += tickMs) }
  const applied: AppliedEvent[] = []
  const rejected: DeadLetter[] = []
  const take = createTaker({
    seen: createSeenIds(),
    putAgain: createPutAgain({ maxUnits: 1_000 }),
    clock,
    keptFrom: () => 0,
    apps: { batchEvents: () => batchEvents, fold: (events) => applied.push(...events) },
    reject: (_reason, make) => make !== undefined && rejected.push(make()),
    took() {},
  })
  const lane = laneOf('shard')
  const hold = { is() {}, take() {}, release() {} }
  const mine: Taking = { batch: { ...batchOf([]), records }, hold, at: 0 }
  for (let turn = 0; !take(lane, mine); turn++) expect(turn).toBeLessThan(10_000)
  return { applied, rejected, progress: lane.progress }
}

function takenOneByOne(records: readonly StreamRecord[]) {
  const applied: AppliedEvent[] = []
  const rejected: DeadLetter[] = []
  const { progress } = laneOf('shard')
  const ports: IngestPorts = {
    seen: createSeenIds(),
    putAgain: createPutAgain({ maxUnits: 1_000 }),
    history: { now: 0, keptFrom: 0 },
    apply: (event) => applied.push(event),
    reject: (_reason, make) => make !== undefined && rejected.push(make()),
  }
  for (const record of records) {
    if (alreadyTaken(record, progress)) continue
    ingestEvents(openRecord(record, progress), progress, ports, Number.POSITIVE_INFINITY)
  }
  return { applied, rejected, progress }
}
