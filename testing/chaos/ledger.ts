import type { RejectReason } from '../../lib/rejection.ts'
import type { UserRecord } from '../../server/stream/records/encode-aggregate.ts'
import type { Placed } from '../fake-kinesis/own-hand.ts'
import type { MadeEvent } from './events.ts'

/** What a record holds, in order. */
export type MadeItem =
  /** `isAgain`: it was put and counted before, though it may have no id to tell by. */
  { kind: 'event'; event: MadeEvent; isAgain?: true } | { kind: 'broken'; reason: RejectReason }

export interface MadeRecord {
  partitionKey: string
  data: Uint8Array
  items: readonly MadeItem[]
  /** Of a KPL aggregate: the keys of its sub-records. */
  subRecordKeys: readonly string[]
  /** Of one that its producer puts again, should it go astray: its sub-records, with what each holds. */
  ifAstray?: readonly { userRecord: UserRecord; items: readonly MadeItem[] }[]
}

export interface ShardLedger {
  records: number
  lastSequenceNumber: string | null
}

/** What the store must say in the end: written down as it is put, by what the contract of events says. */
export interface Ledger {
  readonly applied: number
  readonly duplicate: number
  readonly rejected: number
  readonly clamped: number
  readonly aggregated: number
  readonly outOfRange: number
  readonly putAgain: number
  readonly beyond: number
  readonly reasons: ReadonlyMap<RejectReason, number>
  readonly types: ReadonlyMap<string, number>
  /** Of those that panes keep. */
  readonly paneTypes: ReadonlyMap<string, number>
  /** Micro-units by `kind|account|currency`. */
  readonly money: ReadonlyMap<string, bigint>
  /** Micro-units by `kind|currency`, of the events that panes keep. */
  readonly paneMoney: ReadonlyMap<string, bigint>
  readonly poisoned: ReadonlySet<string>
  readonly shards: ReadonlyMap<string, ShardLedger>
  put(record: MadeRecord, placed: Placed, outOfRange: number): void
}

export function createLedger(): Ledger {
  const ids = new Set<string>()
  const reasons = new Map<RejectReason, number>()
  const types = new Map<string, number>()
  const paneTypes = new Map<string, number>()
  const money = new Map<string, bigint>()
  const paneMoney = new Map<string, bigint>()
  const poisoned = new Set<string>()
  const shards = new Map<string, ShardLedger>()
  const sums = {
    applied: 0,
    duplicate: 0,
    rejected: 0,
    clamped: 0,
    aggregated: 0,
    outOfRange: 0,
    putAgain: 0,
    beyond: 0,
  }

  function apply(event: MadeEvent): void {
    const { id, type, clamped, beyond, poison } = event
    sums.applied++
    if (clamped) sums.clamped++
    if (beyond) sums.beyond++
    count(types, type)
    if (!beyond) count(paneTypes, type)
    if (poison && id !== undefined) {
      poisoned.add(id)
      count(reasons, 'app_failed')
    }
    for (const kind of ['cost', 'revenue'] as const) {
      const amount = event[`${kind}Micros`]
      if (amount === undefined) continue
      const { account, currency } = event
      sum(money, `${kind}|${account}|${currency}`, amount)
      if (!beyond) sum(paneMoney, `${kind}|${currency}`, amount)
    }
  }

  function settle(item: MadeItem): void {
    if (item.kind === 'broken') {
      sums.rejected++
      count(reasons, item.reason)
      return
    }
    const { id } = item.event
    if (id === undefined ? item.isAgain === true : ids.has(id)) {
      sums.duplicate++
      // Each is a sub-record of its own.
      if (id === undefined) sums.putAgain++
      return
    }
    if (id !== undefined) ids.add(id)
    apply(item.event)
  }

  return {
    get applied() {
      return sums.applied
    },
    get duplicate() {
      return sums.duplicate
    },
    get rejected() {
      return sums.rejected
    },
    get clamped() {
      return sums.clamped
    },
    get aggregated() {
      return sums.aggregated
    },
    get outOfRange() {
      return sums.outOfRange
    },
    get putAgain() {
      return sums.putAgain
    },
    get beyond() {
      return sums.beyond
    },
    reasons,
    types,
    paneTypes,
    money,
    paneMoney,
    poisoned,
    shards,
    put({ items, subRecordKeys }, { shardId, sequenceNumber }, outOfRange) {
      for (const item of items) settle(item)
      sums.aggregated += subRecordKeys.length
      sums.outOfRange += outOfRange
      const shard = shards.get(shardId) ?? { records: 0, lastSequenceNumber: null }
      shards.set(shardId, { records: shard.records + 1, lastSequenceNumber: sequenceNumber })
    },
  }
}

/** The number of fates that must be settled. */
export const itemsPut = ({ applied, duplicate, rejected }: Ledger): number =>
  applied + duplicate + rejected

function count<K>(counts: Map<K, number>, name: K): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

function sum(sums: Map<string, bigint>, name: string, amount: bigint): void {
  sums.set(name, (sums.get(name) ?? 0n) + amount)
}
