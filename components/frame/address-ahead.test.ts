import { expect, test } from 'vitest'
import { createAddressAhead } from './address-ahead.ts'
import { periodBefore } from './period-moves.ts'
import { periodPatch, readPeriod } from './period-state.ts'

const NOW = Date.UTC(2026, 10, 28, 12)
const HOUR_MS = 3_600_000

test('ten presses 110 ms apart are ten hours back, though the address still says what was drawn before', () => {
  const ahead = createAddressAhead()
  const queries: string[] = []
  const press = (at: number) => {
    // The router draws the third of them meanwhile, again and again.
    const params = new URLSearchParams(ahead.query(queries[2] ?? queries.at(-1) ?? 'window=1h', at))
    const patch = periodPatch(periodBefore(readPeriod(params), NOW))
    for (const [name, value] of Object.entries(patch)) {
      if (value === null) params.delete(name)
      else params.set(name, value)
    }
    queries.push(params.toString())
    ahead.changed(params.toString(), at)
  }
  for (let n = 0; n < 10; n++) press(n * 110)
  const period = readPeriod(new URLSearchParams(queries.at(-1)))
  expect(period).toMatchObject({ to: expect.any(Number) })
  const first = readPeriod(new URLSearchParams(queries[0]))
  if (typeof period === 'string' || typeof first === 'string') throw new Error('it still slides')
  expect(first.to - period.to).toBe(9 * HOUR_MS)
})

test('a while after the last change, and after a step back, the address itself counts', () => {
  const ahead = createAddressAhead()
  ahead.changed('window=1h', 1_000)
  expect(ahead.query('window=24h', 1_500)).toBe('window=1h')
  expect(ahead.query('window=24h', 60_000)).toBe('window=24h')
  ahead.left()
  expect(ahead.query('window=24h', 1_500)).toBe('window=24h')
})
