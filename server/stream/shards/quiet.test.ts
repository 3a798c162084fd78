import { expect, test } from 'vitest'
import { MINUTE_MS, SECOND_MS } from '../../../lib/time.ts'
import type { Batch } from '../read/stream-source.ts'
import { type QuietLane, readUpTo } from './quiet.ts'
import { newShard } from './shard-progress.ts'

const T = 1_700_000_000_000
const listed = { shardId: 'shard', parents: [], hashFrom: '0', hashTo: '1', closed: false }
const empty: Batch = {
  records: [],
  bytes: 0,
  next: 'more',
  children: [],
  millisBehindLatest: 0,
  full: false,
  answeredAt: T,
}
const laneOf = (): QuietLane => ({ progress: newShard(listed), quiet: null })

test('one empty answer that says it is at the tip proves nothing', () => {
  expect(readUpTo(laneOf(), empty, T)).toBeNull()
})

test('a shard that brings nothing for two minutes is read up to now', () => {
  const lane = laneOf()
  for (let at = T; at < T + 2 * MINUTE_MS; at += SECOND_MS) {
    expect(readUpTo(lane, empty, at)).toBeNull()
  }
  expect(readUpTo(lane, empty, T + 2 * MINUTE_MS)).toBe(T + 2 * MINUTE_MS)
})

test('two answers far apart are not a quiet shard', () => {
  const lane = laneOf()
  readUpTo(lane, empty, T)
  expect(readUpTo(lane, empty, T + 10 * MINUTE_MS)).toBeNull()
})

test('an answer that is behind begins the quiet anew', () => {
  const lane = laneOf()
  for (let at = T; at < T + 2 * MINUTE_MS; at += SECOND_MS) readUpTo(lane, empty, at)
  readUpTo(lane, { ...empty, millisBehindLatest: 5 }, T + 2 * MINUTE_MS)
  expect(readUpTo(lane, empty, T + 2 * MINUTE_MS + SECOND_MS)).toBeNull()
})

test('where nobody tells the time, records do', () => {
  const lane = laneOf()
  lane.progress.lastArrivalMs = T - 5
  expect(readUpTo(lane, empty, undefined)).toBe(T - 5)
})

test('a time of arrival that is yet to come is not read up to: one day it would be gone on from', () => {
  const lane = laneOf()
  lane.progress.lastArrivalMs = T + 24 * 60 * MINUTE_MS
  expect(readUpTo(lane, { ...empty, full: true }, T)).toBe(T)
  expect(readUpTo(lane, empty, T)).toBe(T)
})

test('answers that do not say how far behind they are prove no quiet', () => {
  const lane = laneOf()
  for (let at = T; at < T + 5 * MINUTE_MS; at += SECOND_MS) {
    expect(readUpTo(lane, { ...empty, millisBehindLatest: null }, at)).toBeNull()
  }
})
