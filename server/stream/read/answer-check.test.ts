import { describe, expect, test } from 'vitest'
import { type Asked, checkAnswer, passedBy } from './answer-check.ts'
import type { Batch, StreamRecord } from './stream-source.ts'

const record = (sequenceNumber: string): StreamRecord => ({
  sequenceNumber,
  arrivedAt: 1_700_000_000_000,
  partitionKey: 'key',
  data: new Uint8Array(),
})
const batch = (part: Partial<Batch> = {}): Batch => ({
  records: [],
  bytes: 0,
  next: 'further',
  children: [],
  millisBehindLatest: 0,
  full: false,
  answeredAt: undefined,
  ...part,
})
const numbered = (...numbers: string[]) => batch({ records: numbers.map(record) })
const ASKED: Asked = { shardId: 'shard', iterator: 'here', passed: undefined }
const claim = (part: Partial<Batch>) => checkAnswer(batch(part), ASKED).claim
const child = (shardId: string, ...parents: string[]) => ({ shardId, parents })

describe('an answer claims', () => {
  test('that the shard goes on, also with nothing in it and though it stays where it is', () => {
    expect(claim({})).toEqual({ kind: 'more' })
    expect(claim({ next: 'here' })).toEqual({ kind: 'more' })
    expect(claim({ millisBehindLatest: 5_000 })).toEqual({ kind: 'more' })
    expect(claim({ millisBehindLatest: null })).toEqual({ kind: 'more' })
  })

  test('that the shard is over, by its children', () => {
    const children = [child('a', 'shard'), child('b', 'other', 'shard')]
    expect(claim({ next: undefined, children })).toEqual({ kind: 'end', children })
  })

  test.each<[string, Partial<Batch>]>([
    ['names no children', {}],
    ['does not say how far behind it is', { millisBehindLatest: null }],
    [
      'names children and does not say how far behind it is',
      { millisBehindLatest: null, children: [child('a', 'shard')] },
    ],
  ])('no more than that the shard is over, where it %s', (_name, part) => {
    expect(claim({ next: undefined, ...part })).toEqual({ kind: 'bare_end' })
  })

  test('that the shard is over though it is behind, in so many words', () => {
    expect(claim({ next: undefined, millisBehindLatest: 5_000 })).toEqual({
      kind: 'late_end',
      behindMs: 5_000,
      why: 'an answer says that the shard was read to its end, and that it is still behind',
    })
  })

  test.each<[string, Partial<Batch>, RegExp]>([
    [
      'over with records, and behind',
      { next: undefined, millisBehindLatest: 5_000, records: [record('1')] },
      /read to its end, and that it is still behind/,
    ],
    [
      'over, with the children of another',
      { next: undefined, children: [child('a', 'shard'), child('b', 'other')] },
      /children of others/,
    ],
    ['over, as its own child', { next: undefined, children: [child('shard', 'shard')] }, /others/],
    ['over, with a child without an id', { next: undefined, children: [child('', 'shard')] }, /of/],
    ['going on nowhere', { next: '' }, /at a place that is empty/],
    [
      'going on, with children',
      { children: [child('a', 'shard')] },
      /goes on, and that it has chi/,
    ],
    [
      'going on where its records came from',
      { next: 'here', records: [record('1')] },
      /where these very records came from/,
    ],
  ])('what cannot be: %s', (_name, part, why) => {
    expect(claim(part)).toEqual({ kind: 'doubt', why: expect.stringMatching(why) })
  })
})

describe('of an answer nothing may be taken in', () => {
  test.each([
    ['a record has no sequence number', ['1', '', '3'], 'record 2 has a sequence number that is n'],
    ['a sequence number is none', ['1', '2', 'x'], 'record 3 has a sequence number that is none'],
    ['a sequence number is too long', ['9'.repeat(129)], 'record 1 has a sequence number'],
    ['a record comes before the one before it', ['1', '12', '3'], 'record 3 comes before the one'],
  ])('where %s', (_name, numbers, problem) => {
    expect(() => checkAnswer(numbered(...numbers), ASKED)).toThrow(
      expect.objectContaining({
        kind: 'contradicting',
        message: expect.stringContaining(`an answer contradicts itself: ${problem}`),
        remedy: expect.stringContaining('nothing is lost'),
      }),
    )
  })

  test('where it begins before what came last', () => {
    const after = { ...ASKED, passed: '20' }
    expect(() => checkAnswer(numbered('3', '30'), after)).toThrow(/begin before the last ones/)
    // The very last one comes twice, and is dropped.
    expect(checkAnswer(numbered('20', '30'), after).claim).toEqual({ kind: 'more' })
  })

  test('but a record that comes twice in a row is dropped', () => {
    expect(checkAnswer(numbered('1', '1', '2', '2'), ASKED).claim).toEqual({ kind: 'more' })
  })
})

test('what a feed has passed is its last record, and of a subscription the place to go on', () => {
  const passed = (part: Partial<Batch>, asked: Asked) =>
    passedBy(checkAnswer(batch(part), asked), asked)
  const pushed: Asked = { shardId: 'shard', passed: '5' }
  expect(passed({ records: [record('7'), record('9')], next: '88' }, ASKED)).toBe('9')
  expect(passed({ records: [record('7'), record('9')], next: '88' }, pushed)).toBe('88')
  expect(passed({ records: [record('7')], next: '6' }, pushed)).toBe('7')
  expect(passed({ next: '4' }, pushed)).toBe('5')
  expect(passed({ next: 'opaque' }, pushed)).toBe('5')
  expect(passed({ next: '' }, pushed)).toBe('5')
})
