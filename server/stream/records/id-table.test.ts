import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hashId } from './id-hash.ts'
import { createIdTable } from './id-table.ts'

const hashOf = (id: number): Uint32Array => {
  const { a, b, c, d } = hashId(String(id))
  return Uint32Array.of(a, b, c, d)
}

test('a hash has the minute it was given last, whatever was dropped between', () => {
  const step = fc.record({ id: fc.nat(3_000), later: fc.nat(20), tidy: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 4_000, size: 'max' }), (steps) => {
      let [minute, horizon] = [1, 0]
      const table = createIdTable(() => horizon)
      const model = new Map<number, number>()
      for (const { id, later, tidy } of steps) {
        if (later === 0) minute++
        if (tidy && later === 1) horizon = Math.max(horizon, minute - 2)
        const known = model.get(id) ?? 0
        const before = table.put(hashOf(id), minute, horizon)
        // What is over may be there or be dropped.
        if (known >= horizon) expect(before).toBe(known)
        else expect(before === 0 || before === known).toBe(true)
        if (known < horizon || known === 0) model.set(id, minute)
      }
    }),
    { numRuns: 30 },
  )
})

test('hashes that differ in their last words only are kept apart, also at the end of a part', () => {
  const table = createIdTable(() => 0)
  const alike = Array.from({ length: 500 }, (_, n) => Uint32Array.of(n, 0xffff_ffff, n >> 4, n))
  for (const [n, hash] of alike.entries()) expect(table.put(hash, n + 1, 0)).toBe(0)
  for (const [n, hash] of alike.entries()) expect(table.put(hash, 1_000, 0)).toBe(n + 1)
})
