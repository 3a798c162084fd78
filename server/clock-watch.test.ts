import { pino } from 'pino'
import { expect, test } from 'vitest'
import { epochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../lib/time.ts'
import { createClockWatch } from './clock-watch.ts'

function watched() {
  const time = { wallMs: Date.UTC(2026, 0, 1), monotonicMs: 5 }
  const lines: string[] = []
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) })
  const clock = { now: () => epochMs(time.wallMs), monotonicMs: () => time.monotonicMs }
  const watch = createClockWatch(clock, log)
  /** Lets `passedMs` pass, by a clock that is set by `setMs` meanwhile. */
  const look = (passedMs: number, setMs = 0, aheadMs: number | null = null) => {
    time.wallMs += passedMs + setMs
    time.monotonicMs += passedMs
    return watch.look(aheadMs)
  }
  return { look, lines }
}

test('a clock that is set back is told, once', () => {
  const { look } = watched()
  expect(look(SECOND_MS)).toBeUndefined()
  expect(look(SECOND_MS, -2 * HOUR_MS)).toEqual({
    kind: 'clock_set',
    text: expect.stringContaining('was set back by 2 h.'),
  })
  expect(look(SECOND_MS)).toBeUndefined()
})

test('small steps are no news, nor is a machine that slept', () => {
  const { look } = watched()
  for (let n = 0; n < 100; n++) expect(look(SECOND_MS, -SECOND_MS)).toBeUndefined()
  expect(look(SECOND_MS, 8 * HOUR_MS)).toBeUndefined()
})

test('a clock that is not the one of the stream is logged when that begins', () => {
  const { look, lines } = watched()
  look(SECOND_MS, 0, 2 * SECOND_MS)
  expect(lines).toEqual([])
  for (let n = 0; n < 3; n++) look(SECOND_MS, 0, -5 * MINUTE_MS)
  look(SECOND_MS, 0, 0)
  look(SECOND_MS, 0, 5 * MINUTE_MS)
  expect(lines).toHaveLength(2)
})
