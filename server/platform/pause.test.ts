import { expect, test } from 'vitest'
import { pause } from './pause.ts'

test('a loop that is always late still lets others have their turn', async () => {
  const { signal } = new AbortController()
  let turn = false
  setImmediate(() => {
    turn = true
  })
  let rounds = 0
  while (!turn && rounds < 1_000) {
    await pause(-5, signal)
    rounds++
  }
  expect(turn).toBe(true)
})

test('an aborted pause ends at once', async () => {
  const ending = new AbortController()
  const paused = pause(60_000, ending.signal)
  ending.abort()
  await paused
  await pause(60_000, ending.signal)
})
