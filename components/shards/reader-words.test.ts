import { expect, test } from 'vitest'
import type { ReaderState } from '../../lib/frames.ts'
import { moreTroubleWords, READER_LOOKS, readerHelp, urgency, waitsFor } from './reader-words.ts'

const trouble = { since: 1, problem: 'Access denied.', remedy: 'Allow kinesis:GetRecords.' }
const STATES: { [Kind in ReaderState['kind']]: Extract<ReaderState, { kind: Kind }> } = {
  waiting_for_parents: { kind: 'waiting_for_parents', parents: ['shardId-000000000001'] },
  waiting_for_begin: { kind: 'waiting_for_begin', at: Date.UTC(2027, 0, 1) },
  starting: { kind: 'starting' },
  reading: { kind: 'reading' },
  catching_up: { kind: 'catching_up' },
  waiting_for_room: { kind: 'waiting_for_room' },
  retrying: { kind: 'retrying', ...trouble },
  stuck: { kind: 'stuck', ...trouble },
  paused: { kind: 'paused', ...trouble },
  stopped: { kind: 'stopped', ...trouble },
  ending: { kind: 'ending' },
  finished: { kind: 'finished' },
  trimmed: { kind: 'trimmed' },
}

test('no two states look the same', () => {
  const looks = Object.values(READER_LOOKS).map(({ tone, shape }) => `${tone} ${shape}`)
  // "starting" and "ending" are both a moment on the way.
  expect(new Set(looks).size).toBe(looks.length - 1)
})

test('what needs someone differs from what goes on by itself also without colour and words', () => {
  expect(READER_LOOKS.paused.shape).not.toBe(READER_LOOKS.retrying.shape)
  expect(waitsFor(STATES.paused)).toBe('Needs you: Access denied.')
  expect(waitsFor(STATES.retrying)).toBe('By itself: Access denied.')
  expect([urgency(STATES.paused), urgency(STATES.retrying), urgency(STATES.reading)]).toEqual([
    2, 1, 0,
  ])
})

test('every state is explained in a sentence of its own', () => {
  const sentences = Object.values(STATES).map(readerHelp)
  expect(new Set(sentences).size).toBe(sentences.length)
  for (const sentence of sentences) expect(sentence).toMatch(/^[A-Z].*\.$/)
})

test('parents are named in words', () => {
  const waiting = (...numbers: number[]) =>
    waitsFor({
      kind: 'waiting_for_parents',
      parents: numbers.map((n) => `shardId-00000000000${n}`),
    })
  expect(waiting(3)).toBe('Until shard 3 is read to the end')
  expect(waiting(3, 4)).toBe('Until shards 3 and 4 are read to the end')
})

test('shards beyond those told one by one are said of one, and of several', () => {
  const end = 'at the top of the list of shards.'
  expect(moreTroubleWords(1, 0)).toBe(`It goes on by itself, and is ${end}`)
  expect(moreTroubleWords(1, 1)).toBe(`It needs you, and is ${end}`)
  expect(moreTroubleWords(3, 0)).toBe(`They go on by themselves. All are ${end}`)
  expect(moreTroubleWords(3, 1)).toBe(`1 of them needs you. All are ${end}`)
  expect(moreTroubleWords(3, 2)).toBe(`2 of them need you. All are ${end}`)
})
