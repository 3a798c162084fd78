import fc from 'fast-check'
import { expect, test } from 'vitest'
import { resolvePosition } from './positions.ts'
import { readPage } from './read-page.ts'
import { hashKeyOf, shardFor } from './shards.ts'
import { createStreamEngine } from './stream-engine.ts'
import { HASH_KEYS, type Shard, type Stream } from './vocabulary.ts'

type Step =
  | { kind: 'put'; key: string }
  | { kind: 'split'; pick: number }
  | { kind: 'merge'; pick: number }

const kindOf = <Kind extends string>(kind: Kind) => fc.constant(kind)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: kindOf('put'), key: fc.string() }) },
  { weight: 1, arbitrary: fc.record({ kind: kindOf('split'), pick: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: kindOf('merge'), pick: fc.nat() }) },
)

const openShards = ({ shards }: Stream): Shard[] =>
  shards
    .filter(({ closed }) => closed === undefined)
    .sort((a, b) => (a.hashFrom < b.hashFrom ? -1 : 1))

function play(steps: Step[]) {
  let nowMs = 1_800_000_000_000
  const engine = createStreamEngine({ now: () => nowMs++ })
  const stream = engine.create('s', 2)
  const log: { key: string; sequenceNumber: string; shard: Shard }[] = []
  for (const each of steps) {
    const open = openShards(stream)
    switch (each.kind) {
      case 'put': {
        const shard = shardFor(stream, hashKeyOf(each.key, undefined))
        const { sequenceNumber } = engine.append(stream, shard, each.key, new Uint8Array())
        log.push({ key: each.key, sequenceNumber, shard })
        break
      }
      case 'split':
        engine.split(stream, open[each.pick % open.length]!.shardId)
        break
      case 'merge': {
        if (open.length < 2) break
        const at = each.pick % (open.length - 1)
        engine.merge(stream, open[at]!.shardId, open[at + 1]!.shardId)
        break
      }
      default:
        each satisfies never
    }
  }
  return { engine, stream, log }
}

test('open shards always cover every hash key once, and children cover their parents', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { stream } = play(steps)
      let next = 0n
      for (const { hashFrom, hashTo } of openShards(stream)) {
        expect(hashFrom).toBe(next)
        next = hashTo + 1n
      }
      expect(next).toBe(HASH_KEYS)
    }),
  )
})

test('sequence numbers grow over the whole stream, through splits and merges', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { stream, log } = play(steps)
      const numbers = log.map(({ sequenceNumber }) => sequenceNumber)
      expect(numbers).toEqual([...new Set(numbers)].sort())
      for (const { shard, sequenceNumber } of log) {
        expect(sequenceNumber > shard.startingSequenceNumber).toBe(true)
        const end = shard.closed?.endingSequenceNumber
        expect(end === undefined || sequenceNumber < end).toBe(true)
        for (const child of stream.shards) {
          const parents = [child.parentShardId, child.adjacentParentShardId]
          if (!parents.includes(shard.shardId)) continue
          expect(sequenceNumber < child.startingSequenceNumber).toBe(true)
        }
      }
    }),
  )
})

// The oracle: all that was put to the shard, filtered.
test('reading from any position in pages of any size gives what was put after it', () => {
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 7 }),
      fc.nat(),
      fc.boolean(),
      (steps, records, pick, at) => {
        const { engine, stream, log } = play(steps)
        const from = log[pick % Math.max(1, log.length)]
        if (from === undefined) return
        const { shard, sequenceNumber } = from
        const type = at ? 'AT_SEQUENCE_NUMBER' : 'AFTER_SEQUENCE_NUMBER'
        const position = { type, sequenceNumber, timestampMs: undefined }
        let ordinal = resolvePosition(stream, shard, position, engine.now())
        const read: string[] = []
        for (;;) {
          const page = readPage(stream, shard, ordinal, { records }, engine.now(), 'alone')
          read.push(...shard.records.slice(page.from, page.to).map((each) => each.sequenceNumber))
          if (page.to === page.from) {
            expect(page.end === undefined).toBe(shard.closed === undefined)
            break
          }
          expect(page.end).toBeUndefined()
          ordinal = page.to
        }
        const expected = log
          .filter((each) => each.shard === shard)
          .map((each) => each.sequenceNumber)
          .filter((number) => (at ? number >= sequenceNumber : number > sequenceNumber))
        expect(read).toEqual(expected)
      },
    ),
  )
})
