import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ListedShard } from '../read/stream-source.ts'
import { audit, createLineageAudit } from './audit.ts'
import { newShard, type ShardProgress } from './shard-progress.ts'

const LAST_KEY = (1n << 128n) - 1n
const NOW = 1_700_000_000_000

const listed = (shardId: string, from: bigint, to: bigint, closed = false): ListedShard => ({
  shardId,
  parents: [],
  hashFrom: from.toString(),
  hashTo: to.toString(),
  closed,
})

const known = (shards: readonly ListedShard[]): Map<string, ShardProgress> =>
  new Map(shards.map((shard) => [shard.shardId, newShard(shard)]))

const kinds = (shards: readonly ListedShard[]) =>
  audit(known(shards), shards, NOW).map(({ kind }) => kind)

describe('the audit of the shards', () => {
  test('finds nothing where the open shards cover every key once, however they were cut', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.bigInt(1n, LAST_KEY), { maxLength: 30 }), (cuts) => {
        const edges = [0n, ...cuts.sort((a, b) => (a < b ? -1 : 1)), LAST_KEY + 1n]
        const shards = edges
          .slice(0, -1)
          .map((from, at) => listed(`s${at}`, from, (edges[at + 1] as bigint) - 1n))
        expect(kinds(shards)).toEqual([])
      }),
    )
  })

  test('finds the hole that a missing shard leaves, with its keys', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.bigInt(1n, LAST_KEY), { minLength: 1, maxLength: 20 }),
        fc.nat(),
        (cuts, pick) => {
          const edges = [0n, ...cuts.sort((a, b) => (a < b ? -1 : 1)), LAST_KEY + 1n]
          const shards = edges
            .slice(0, -1)
            .map((from, at) => listed(`s${at}`, from, (edges[at + 1] as bigint) - 1n))
          const [missing] = shards.splice(pick % shards.length, 1)
          const [found] = audit(known(shards), shards, NOW)
          expect(found).toMatchObject({
            kind: 'hole',
            hashFrom: missing?.hashFrom,
            hashTo: missing?.hashTo,
          })
        },
      ),
    )
  })

  test('finds keys that two open shards take', () => {
    const shards = [listed('a', 0n, 100n), listed('b', 50n, LAST_KEY)]
    expect(audit(known(shards), shards, NOW)).toMatchObject([
      { kind: 'overlap', hashFrom: '50', hashTo: '100', shards: ['a', 'b'] },
    ])
  })

  test('a closed shard covers nothing', () => {
    expect(kinds([listed('a', 0n, LAST_KEY, true)])).toEqual(['hole'])
  })

  test('finds a listed shard that has no reader, and an unread one that is no longer listed', () => {
    const all = [listed('a', 0n, 9n), listed('b', 10n, LAST_KEY)]
    expect(audit(known([all[0] as ListedShard]), all, NOW)).toMatchObject([
      { kind: 'unknown', shards: ['b'] },
    ])
    const shards = known([...all, listed('old', 0n, 9n, true)])
    expect(audit(shards, all, NOW)).toMatchObject([{ kind: 'vanished', shards: ['old'] }])
    const old = shards.get('old') as ShardProgress
    old.finished = true
    expect(audit(shards, all, NOW)).toEqual([])
  })

  test('shows records that were lost to retention for a day', () => {
    const all = [listed('a', 0n, LAST_KEY)]
    const shards = known(all)
    const lost = { ...newShard(listed('lost', 0n, LAST_KEY, true)), finished: true }
    shards.set('lost', { ...lost, readToMs: NOW - 48 * 3_600_000, trimmedMs: NOW - 1_000 })
    expect(audit(shards, all, NOW)).toMatchObject([{ kind: 'trimmed', shards: ['lost'] }])
    shards.set('lost', { ...lost, trimmedMs: NOW - 25 * 3_600_000 })
    expect(audit(shards, all, NOW)).toEqual([])
  })

  test('says what it finds in two looks one after the other, with since when, until it is gone', () => {
    const lineage = createLineageAudit()
    const broken = [listed('a', 0n, 5n)]
    lineage.look(known(broken), broken, NOW)
    expect(lineage.findings()).toEqual([])
    lineage.look(known(broken), broken, NOW + 10_000)
    expect(lineage.findings()).toMatchObject([{ kind: 'hole', since: NOW }])
    const whole = [listed('a', 0n, LAST_KEY)]
    lineage.look(known(whole), whole, NOW + 20_000)
    expect(lineage.findings()).toEqual([])
  })
})
