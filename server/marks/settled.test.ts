import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ReaderState } from '../../lib/frames.ts'
import { MINUTE_MS, SECOND_MS } from '../../lib/time.ts'
import { type ReadProgress, settledUpTo } from './settled.ts'

const NOW = 1_790_000_000_000

type Shard = ReadProgress['shards'][number]
const shard = (change: Partial<Shard> = {}): Shard => ({
  reader: { kind: 'reading' },
  lagMs: 0,
  lastProgressAt: NOW,
  progress: { finished: false, lastArrivalMs: NOW, newestEventMs: NOW },
  ...change,
})
const settled = (shards: readonly Shard[], change: Partial<ReadProgress> = {}) =>
  settledUpTo(
    { source: { kind: 'ok' }, store: { kind: 'ok' }, newestArrivalAt: NOW, shards, ...change },
    NOW,
  )
const since = { since: 1, problem: '', remedy: '' }

describe('event time is settled', () => {
  it('up to some seconds ago where all is read, silent shards as well', () => {
    const longAgo = NOW - 10 * MINUTE_MS
    const silent = shard({
      progress: { finished: false, lastArrivalMs: longAgo, newestEventMs: longAgo - SECOND_MS },
    })
    expect(settled([shard(), silent])).toEqual({ kind: 'settled', upTo: NOW - 3 * SECOND_MS })
  })

  it('no further than the last answer of any reader, less its lag', () => {
    const slow = shard({ lastProgressAt: NOW - 5_000, lagMs: 2_000 })
    expect(settled([shard(), slow])).toEqual({ kind: 'settled', upTo: NOW - 10_000 })
  })

  it('later where events arrive later than they happen, by two minutes at most', () => {
    const late = (ms: number) =>
      shard({ progress: { finished: false, lastArrivalMs: NOW, newestEventMs: NOW - ms } })
    expect(settled([shard(), late(7_000)])).toEqual({ kind: 'settled', upTo: NOW - 10_000 })
    const most = NOW - 2 * MINUTE_MS - 3 * SECOND_MS
    expect(settled([late(9 * MINUTE_MS)])).toEqual({ kind: 'settled', upTo: most })
  })

  it('never beyond what a reader was answered', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ agoMs: fc.nat(90_000), lagMs: fc.nat(90_000) }), { minLength: 1 }),
        (reads) => {
          const found = settled(
            reads.map(({ agoMs, lagMs }) => shard({ lastProgressAt: NOW - agoMs, lagMs })),
          )
          const furthest = Math.max(...reads.map(({ agoMs, lagMs }) => agoMs + lagMs))
          expect(found).toEqual({ kind: 'settled', upTo: NOW - furthest - 3 * SECOND_MS })
        },
      ),
    )
  })
})

describe('nothing is settled', () => {
  it('before the first event', () => {
    expect(settled([shard()], { newestArrivalAt: null })).toEqual({ kind: 'waiting' })
  })

  it('while the source or the store is in trouble', () => {
    const trouble = { kind: 'trouble', ...since } as const
    expect(settled([shard()], { source: trouble })).toEqual({ kind: 'trouble' })
    expect(settled([shard()], { store: trouble })).toEqual({ kind: 'trouble' })
  })

  it.each([
    [{ kind: 'retrying', ...since }],
    [{ kind: 'paused', ...since }],
    [{ kind: 'starting' }],
  ] as [ReaderState][])('while a reader is %j', (reader) => {
    expect(settled([shard(), shard({ reader })])).toEqual({ kind: 'behind' })
  })

  it('but a child that waits for its parents, and what is read to its end, keep nobody waiting', () => {
    const waiting = shard({ reader: { kind: 'waiting_for_parents', parents: ['p'] } })
    const { progress } = shard()
    const over = shard({ reader: { kind: 'finished' }, progress: { ...progress, finished: true } })
    expect(settled([shard(), waiting, over])).toMatchObject({ kind: 'settled' })
  })
})
