import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hashId } from './id-hash.ts'
import { createIdTable, TICK_MS } from './id-table.ts'

const T = 1_700_000_000_000
const hashOf = (id: number): Uint32Array => {
  const { a, b, c, d } = hashId(String(id))
  return Uint32Array.of(a, b, c, d)
}
const ALL_STAYS = {
  room: () => ({ fromTick: 0, isGone: undefined }),
}

test('a hash is known for the span around each of its times, to the ms, whatever was dropped between', () => {
  const spanMs = 5_000
  const step = fc.record({ id: fc.nat(2_000), ms: fc.nat(60_000), tidy: fc.nat(400) })
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 4_000, size: 'max' }), (steps) => {
      let fromTick = 0
      const table = createIdTable({
        room: () => ({ fromTick, isGone: (tick) => tick % 7 === 0 && tick < fromTick + 9 }),
      })
      const times = new Map<number, number[]>()
      const mayBeGone = (ms: number) => Math.floor(ms / TICK_MS) < fromTick + 9
      for (const { id, ms, tidy } of steps) {
        if (tidy === 0) fromTick = Math.max(fromTick, Math.floor((T + ms / 2) / TICK_MS))
        const known = times.get(id) ?? []
        const near = known.filter((at) => Math.abs(at - (T + ms)) <= spanMs)
        const isKnown = table.put(hashOf(id), T + ms, spanMs)
        if (near.some((at) => !mayBeGone(at))) expect(isKnown).toBe(true)
        if (near.length === 0) expect(isKnown).toBe(false)
        if (isKnown) continue
        times.set(id, [...known.filter((at) => !near.includes(at)), T + ms])
      }
    }),
    { numRuns: 30 },
  )
})

test('hashes that differ in their last words only are kept apart, also at the end of a part', () => {
  const table = createIdTable(ALL_STAYS)
  const alike = Array.from({ length: 500 }, (_, n) =>
    Uint32Array.of(n, 0xffff_ffff, n >> 4, n << 10),
  )
  for (const hash of alike) expect(table.put(hash, T, 1)).toBe(false)
  for (const hash of alike) expect(table.put(hash, T, 1)).toBe(true)
})

test('of a hash that is counted as many are there as were added and not taken, at each tick apart', () => {
  const step = fc.record({ id: fc.nat(40), tick: fc.nat(30), take: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 1_500, size: 'max' }), (steps) => {
      const table = createIdTable(ALL_STAYS)
      const counts = new Map<string, number>()
      const countOf = (id: number, tick: number) => counts.get(`${id} ${tick}`)
      const change = (id: number, tick: number, by: number) =>
        counts.set(`${id} ${tick}`, (countOf(id, tick) ?? 0) + by)
      for (const { id, tick, take } of steps) {
        if (!take) {
          const entry = countOf(id, 100 + tick) === undefined ? 'new_entry' : 'counted'
          expect(table.add(hashOf(id), 100 + tick)).toBe(entry)
          change(id, 100 + tick, 1)
          continue
        }
        const near = [-2, -1, 0, 1, 2].map((apart) => 100 + tick + apart)
        const there = near.filter((at) => (countOf(id, at) ?? 0) > 0)
        const taken = table.take(hashOf(id), 100 + tick, 2)
        if (there.length === 0) expect(taken).toBe(0)
        else expect(taken).toBe(there[0])
        if (taken > 0) change(id, taken, -1)
      }
    }),
    { numRuns: 30 },
  )
})

test('more than 1,023 of a hash at a tick are not told apart, and the next tick counts anew', () => {
  const table = createIdTable(ALL_STAYS)
  const hash = hashOf(1)
  expect(table.add(hash, 5)).toBe('new_entry')
  for (let n = 1; n < 1_023; n++) expect(table.add(hash, 5)).toBe('counted')
  expect(table.add(hash, 5)).toBe('full')
  expect(table.add(hash, 6)).toBe('new_entry')
  for (let n = 0; n < 1_024; n++) expect(table.take(hash, 5, 1)).toBeGreaterThan(0)
  expect(table.take(hash, 5, 1)).toBe(0)
})
