import { expect, test } from 'vitest'
import { runFuzz } from './run-fuzz.ts'

const seed = Math.floor(Math.random() * 2 ** 31)

/** Longer: `npm run fuzz`. Steps are not timed here: other tests run beside it. */
test(`5,000 mutated records have the same fates however they are read (seed ${seed})`, async () => {
  const { failures, records } = await runFuzz({
    seed,
    from: 0,
    records: 5_000,
    logLines: [],
    nowMs: () => 0,
  })
  expect(failures).toEqual([])
  expect(records).toBe(5_000)
}, 300_000)
