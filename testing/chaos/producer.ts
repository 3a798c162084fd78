import { deflateSync, gzipSync } from 'node:zlib'
import { encodeAggregate, type UserRecord } from '../../server/stream/records/encode-aggregate.ts'
import { findOutOfRange } from '../../server/stream/records/hash-range.ts'
import { finish } from '../../server/stream/records/steps.ts'
import type { OwnHand } from '../fake-kinesis/own-hand.ts'
import { hashKeyOf } from '../fake-kinesis/shards.ts'
import { BROKEN_LINE, brokenRecord } from './broken.ts'
import { type MadeEvent, makeEvent } from './events.ts'
import type { Ledger, MadeItem, MadeRecord } from './ledger.ts'
import { between, chance, pick, type Random, weighted, whole } from './random.ts'

export interface Producer {
  /** Puts what is due after so many more ms. */
  advance(ms: number): void
  /** The last `n` of each partition key whose order is checked. */
  readonly lastOf: ReadonlyMap<string, number>
  readonly records: number
  readonly bytes: number
}

export interface ProducerPorts {
  stream: Pick<OwnHand, 'put' | 'shards'>
  ledger: Ledger
  random: Random
  now: () => number
  eventsPerSecond: number
  partitionKeys: number
}

/** How often a record is packed in each way; `again` is one that was put before. */
const PACKINGS = {
  single: 40,
  array: 12,
  lines: 12,
  gzip: 7,
  zlib: 3,
  documents: 3,
  aggregate: 12,
  scattered: 2,
  large: 0.1,
  broken: 1.5,
  again: 6,
}
/** Rates follow one another: quiet, usual, a burst. */
const PACE = { 0: 1, 0.3: 2, 1: 4, 3: 1 }
const PACE_MS = { from: 500, to: 5_000 }
/** Records that may be put again: all far younger than the de-duplication span. */
const REMEMBERED = 3_000
/** By then every shard has carried aggregates: what is put again alone is known as such even if it is read first. */
const AGAIN_FROM_RECORDS = 2_000

/**
 * Puts events as producers do: one by one and in batches of every kind, some late, some twice, some broken.
 * Events of a partition key are put in the order of their `n`, without a gap.
 */
export function createProducer(ports: ProducerPorts): Producer {
  const { stream, ledger, random, now } = ports
  const lastOf = new Map<string, number>()
  const keys = Array.from({ length: ports.partitionKeys }, (_, n) => `key-${n}`)
  const hashOf = new Map(keys.map((key) => [key, hashKeyOf(key, undefined)]))
  let before: MadeRecord[] = []
  let looseEvents = 0
  let records = 0
  let bytes = 0
  let due = 0
  let pace = 1
  let paceLeftMs = 0

  function next(key: string): MadeEvent {
    const n = (lastOf.get(key) ?? 0) + 1
    lastOf.set(key, n)
    return makeEvent(random, { props: { key, n }, now: now() })
  }

  const several = (key: string, most: number): MadeEvent[] =>
    Array.from({ length: whole(random, 1, most) }, () => next(key))

  function put(record: MadeRecord): void {
    const placed = stream.put(record.partitionKey, record.data)
    records++
    bytes += record.data.length
    const astray = outOfRange(record, placed.shardId)
    ledger.put(record, placed, astray)
    due -= record.items.length
    if (astray > 0 && records > AGAIN_FROM_RECORDS) putAgain(record)
  }

  /** What the KPL does then: alone while it asks for the shards, in aggregates of one shard each afterwards. */
  function putAgain({ ifAstray = [] }: MadeRecord): void {
    if (ifAstray.length === 0 || chance(random, 0.3)) return
    const parts = ifAstray.map(({ userRecord, items }) => ({
      userRecord,
      items: items.map((item) => ({ ...item, isAgain: true as const })),
    }))
    if (chance(random, 0.5)) {
      for (const { userRecord, items } of parts) put({ ...userRecord, items, subRecordKeys: [] })
      return
    }
    for (const { closed, hashFrom, hashTo } of stream.shards()) {
      const own = parts.filter(({ userRecord }) => {
        const hash = hashKeyOf(userRecord.partitionKey, undefined)
        return closed === undefined && hashFrom <= hash && hash <= hashTo
      })
      const [first] = own
      if (first === undefined) continue
      const userRecords = own.map(({ userRecord }) => userRecord)
      put({
        partitionKey: first.userRecord.partitionKey,
        data: encodeAggregate(userRecords),
        items: own.flatMap(({ items }) => items),
        subRecordKeys: userRecords.map(({ partitionKey }) => partitionKey),
      })
    }
  }

  function outOfRange({ subRecordKeys }: MadeRecord, shardId: string): number {
    if (subRecordKeys.length === 0) return 0
    const shard = stream.shards().find((each) => each.shardId === shardId)
    if (shard === undefined) throw new Error(`${shardId} took a record and is not there`)
    const range = { hashFrom: String(shard.hashFrom), hashTo: String(shard.hashTo) }
    const subRecords = subRecordKeys.map((partitionKey) => ({
      partitionKey,
      explicitHashKey: undefined,
      data: new Uint8Array(0),
    }))
    return finish(findOutOfRange(subRecords, range)).count
  }

  function make(): MadeRecord | undefined {
    const key = pick(random, keys)
    const packing = weighted(random, PACKINGS)
    switch (packing) {
      case 'single': {
        const event = next(key)
        return recordOf(key, jsonOf(event), [event])
      }
      case 'array': {
        const events = several(key, 8)
        return recordOf(key, arrayOf(events), events)
      }
      case 'gzip': {
        const events = several(key, 20)
        return recordOf(key, gzipSync(linesOf(events.map(jsonOf))), events)
      }
      case 'zlib': {
        const events = several(key, 20)
        return recordOf(key, deflateSync(linesOf(events.map(jsonOf))), events)
      }
      case 'documents': {
        const events = several(key, 8)
        return recordOf(key, documentsOf(events, chance(random, 0.5)), events)
      }
      case 'large': {
        const events = Array.from({ length: whole(random, 500, 3_000) }, () => next(key))
        return recordOf(key, gzipSync(arrayOf(events)), events)
      }
      case 'lines':
        return lines(key)
      case 'aggregate':
        return aggregate(key)
      case 'scattered':
        return scattered(key)
      case 'broken': {
        const { data, reason } = brokenRecord(random)
        return { partitionKey: key, data, items: [{ kind: 'broken', reason }], subRecordKeys: [] }
      }
      case 'again':
        return again()
    }
  }

  /** Some with a broken line among them. */
  function lines(key: string): MadeRecord {
    const events = several(key, 8)
    const texts = events.map(jsonOf)
    const items: MadeItem[] = events.map(itemOf)
    if (chance(random, 0.03)) {
      const at = whole(random, 0, texts.length)
      texts.splice(at, 0, BROKEN_LINE)
      items.splice(at, 0, { kind: 'broken', reason: 'not_json' })
    }
    return { partitionKey: key, data: Buffer.from(linesOf(texts)), items, subRecordKeys: [] }
  }

  /** As the KPL packs it: sub-records of keys that belong to one shard as it is now. */
  function aggregate(key: string): MadeRecord {
    const hash = hashOf.get(key) as bigint
    const shard = stream
      .shards()
      .find((each) => !each.closed && each.hashFrom <= hash && hash <= each.hashTo)
    const beside = keys.filter((each) => {
      const own = hashOf.get(each) as bigint
      return shard !== undefined && shard.hashFrom <= own && own <= shard.hashTo
    })
    const owners = Array.from({ length: whole(random, 1, 10) }, () => pick(random, beside))
    return aggregateOf(
      key,
      owners.map((partitionKey) => ({ partitionKey, events: several(partitionKey, 2) })),
    )
  }

  /** As the KPL's aggregates are while it does not know yet that a shard was split. */
  function scattered(key: string): MadeRecord {
    const parts = Array.from({ length: whole(random, 1, 20) }, () => {
      const partitionKey = `loose-${whole(random, 1, 50)}`
      const props = { key: partitionKey, n: ++looseEvents, loose: true } as const
      return { partitionKey, events: [makeEvent(random, { props, now: now() })] }
    })
    return aggregateOf(key, parts, true)
  }

  function aggregateOf(
    partitionKey: string,
    parts: readonly { partitionKey: string; events: MadeEvent[] }[],
    isPutAgain = false,
  ): MadeRecord {
    const userRecords: UserRecord[] = parts.map((part) => ({
      partitionKey: part.partitionKey,
      data: chance(random, 0.2)
        ? gzipSync(arrayOf(part.events))
        : Buffer.from(arrayOf(part.events)),
    }))
    return {
      partitionKey,
      data: encodeAggregate(userRecords),
      items: parts.flatMap(({ events }) => events.map(itemOf)),
      subRecordKeys: parts.map((part) => part.partitionKey),
      ...(isPutAgain && {
        ifAstray: parts.map(({ events }, at) => ({
          userRecord: userRecords[at] as UserRecord,
          items: events.map(itemOf),
        })),
      }),
    }
  }

  /** What a producer does whose put was answered by nothing: the very record once more. */
  const again = (): MadeRecord | undefined =>
    before.length === 0 ? undefined : pick(random, before)

  function remember(record: MadeRecord): void {
    const allNamed = record.items.every(
      (item) => item.kind === 'event' && item.event.id !== undefined,
    )
    if (allNamed) before.push(record)
    if (before.length > 2 * REMEMBERED) before = before.slice(-REMEMBERED)
  }

  return {
    lastOf,
    get records() {
      return records
    },
    get bytes() {
      return bytes
    },
    advance(ms) {
      paceLeftMs -= ms
      if (paceLeftMs <= 0) {
        pace = Number(weighted(random, PACE))
        paceLeftMs = between(random, PACE_MS.from, PACE_MS.to)
      }
      // A large record is not paid back in silence.
      due = Math.max(due, 0) + (ports.eventsPerSecond * pace * ms) / 1_000
      while (due > 0) {
        const record = make()
        if (record === undefined) continue
        put(record)
        remember(record)
      }
    },
  }
}

const jsonOf = ({ json }: MadeEvent): string => JSON.stringify(json)
/** One behind the other, or each over several lines. */
const documentsOf = (events: readonly MadeEvent[], isWide: boolean): string =>
  events.map(({ json }) => JSON.stringify(json, null, isWide ? 2 : 0)).join(isWide ? '\n' : '')
const arrayOf = (events: readonly MadeEvent[]): string => `[${events.map(jsonOf).join(',')}]`
const linesOf = (texts: readonly string[]): string => texts.join('\n')
const itemOf = (event: MadeEvent): MadeItem => ({ kind: 'event', event })

const recordOf = (
  partitionKey: string,
  data: string | Uint8Array,
  events: readonly MadeEvent[],
): MadeRecord => ({
  partitionKey,
  data: typeof data === 'string' ? Buffer.from(data) : data,
  items: events.map(itemOf),
  subRecordKeys: [],
})
