import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ListedShard } from '../read/stream-source.ts'
import { audit } from './audit.ts'
import { readableShards, shardState, unfinishedParents, whatIsNew } from './lineage.ts'
import { newShard, type ShardProgress } from './shard-progress.ts'

const LAST_KEY = (1n << 128n) - 1n

const listed = (shardId: string, parents: string[] = [], closed = false): ListedShard => ({
  shardId,
  parents,
  hashFrom: '0',
  hashTo: LAST_KEY.toString(),
  closed,
})

const mapOf = (...shards: ShardProgress[]) => new Map(shards.map((each) => [each.shardId, each]))
const finished = (shard: ListedShard): ShardProgress => ({ ...newShard(shard), finished: true })

describe('which shards can be read', () => {
  test('I6: the child of a merge waits for both of its parents', () => {
    const child = newShard(listed('child', ['a', 'b']))
    const one = mapOf(finished(listed('a')), newShard(listed('b')), child)
    expect(unfinishedParents(child, one)).toEqual(['b'])
    expect(shardState(child, one)).toBe('blocked')
    const both = mapOf(finished(listed('a')), finished(listed('b')), child)
    expect(shardState(child, both)).toBe('readable')
  })

  test('a parent that was trimmed away before the first look blocks nothing', () => {
    const child = newShard(listed('child', ['long gone', 'also gone']))
    expect(readableShards(mapOf(child))).toEqual([child])
  })

  test('the children of a shard that ran out of retention go on', () => {
    const parent = { ...finished(listed('parent')), trimmedMs: 1 }
    const child = newShard(listed('child', ['parent']))
    expect(readableShards(mapOf(parent, child))).toEqual([child])
    expect(shardState(parent, mapOf(parent, child))).toBe('trimmed')
  })

  test('a grandchild made between two looks waits for its parent, which waits for its own', () => {
    const shards = mapOf(
      newShard(listed('a', [], true)),
      newShard(listed('b', ['a'], true)),
      newShard(listed('c', ['b'])),
    )
    expect(readableShards(shards).map(({ shardId }) => shardId)).toEqual(['a'])
  })
})

// The model: a stream that is split and merged, seen now and then, read by whoever may.

interface ModelShard {
  shardId: string
  parents: string[]
  from: bigint
  to: bigint
  closed: boolean
}

type Act =
  | { kind: 'split'; pick: number }
  | { kind: 'merge'; pick: number }
  | { kind: 'look' }
  | { kind: 'finish'; pick: number }
  | { kind: 'restart' }

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ kind: fc.constant('split' as const), pick: fc.nat() }),
  fc.record({ kind: fc.constant('merge' as const), pick: fc.nat() }),
  fc.record({ kind: fc.constant('look' as const) }),
  fc.record({ kind: fc.constant('finish' as const), pick: fc.nat() }),
  fc.record({ kind: fc.constant('restart' as const) }),
)

function createModel() {
  const stream: ModelShard[] = [
    { shardId: 's0', parents: [], from: 0n, to: LAST_KEY, closed: false },
  ]
  const known = new Map<string, ShardProgress>()
  const order: string[] = []

  const open = () =>
    stream.filter(({ closed }) => !closed).sort((a, b) => (a.from < b.from ? -1 : 1))
  const add = (parents: string[], from: bigint, to: bigint) =>
    stream.push({ shardId: `s${stream.length}`, parents, from, to, closed: false })
  const listing = (): ListedShard[] =>
    stream.map(({ shardId, parents, from, to, closed }) => ({
      shardId,
      parents,
      closed,
      hashFrom: from.toString(),
      hashTo: to.toString(),
    }))
  const learn = (shards: readonly ListedShard[]) => {
    const news = whatIsNew(known, shards)
    for (const each of news.added) known.set(each.shardId, newShard(each))
    for (const shardId of news.closed) (known.get(shardId) as ShardProgress).closed = true
  }

  return {
    stream,
    known,
    order,
    listing,
    learn,
    split(pick: number) {
      const shard = open()[pick % open().length] as ModelShard
      if (shard.to - shard.from < 4n) return
      shard.closed = true
      const middle = (shard.from + shard.to) / 2n
      add([shard.shardId], shard.from, middle)
      add([shard.shardId], middle + 1n, shard.to)
    },
    merge(pick: number) {
      const shards = open()
      if (shards.length < 2) return
      const at = pick % (shards.length - 1)
      const [a, b] = [shards[at] as ModelShard, shards[at + 1] as ModelShard]
      a.closed = true
      b.closed = true
      add([a.shardId, b.shardId], a.from, b.to)
    },
    /** One of the readable shards that is closed is read to its end; then the shards are listed. */
    finish(pick: number) {
      const ready = readableShards(known).filter(
        ({ shardId }) => stream.find((each) => each.shardId === shardId)?.closed,
      )
      const shard = ready[pick % Math.max(1, ready.length)]
      if (shard === undefined) return
      learn(listing())
      shard.finished = true
      order.push(shard.shardId)
    },
  }
}

describe('a stream that is split and merged while it is read', () => {
  test('I6, I7, I15: every parent ends before its children, none is forgotten, the audit is clean', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        const model = createModel()
        model.learn(model.listing())
        for (const each of acts) {
          if (each.kind === 'split' || each.kind === 'merge') model[each.kind](each.pick)
          else if (each.kind === 'finish') model.finish(each.pick)
          else model.learn(model.listing())
          for (const { shardId, parents } of readableShards(model.known)) {
            for (const parent of parents) expect(model.order).toContain(parent)
            expect(model.order).not.toContain(shardId)
          }
          // What a finished shard leaves is known, however long the next look takes.
          for (const done of model.order) {
            const children = model.stream.filter(({ parents }) => parents.includes(done))
            for (const { shardId } of children) expect(model.known.has(shardId)).toBe(true)
          }
        }
        for (let n = 0; n < model.stream.length; n++) {
          model.learn(model.listing())
          model.finish(0)
        }
        const closed = model.stream.filter((shard) => shard.closed)
        expect(model.order.toSorted()).toEqual(closed.map(({ shardId }) => shardId).toSorted())
        expect(audit(model.known, model.listing(), 0)).toEqual([])
      }),
      { numRuns: 300 },
    )
  })
})
