import { expect, test } from 'vitest'
import { epochMs, MINUTE_MS } from '../lib/time.ts'
import { createDeaths } from './pipeline-deaths.ts'

function deaths() {
  let now = 1_000
  const clock = { now: () => epochMs(now), monotonicMs: () => now }
  const made = createDeaths('The pipeline', clock)
  const cause = { problem: 'out of memory', remedy: 'Give it more.' }
  return {
    ...made,
    die(times = 1) {
      for (let n = 0; n < times; n++) made.died(cause)
    },
    wait(ms: number) {
      now += ms
    },
  }
}

test('one death is no trouble: it is started anew', () => {
  const pipeline = deaths()
  expect(pipeline.health()).toEqual({ kind: 'ok' })
  pipeline.die()
  expect(pipeline.health()).toEqual({ kind: 'ok' })
})

test('one that dies again before it got anywhere is in trouble, and says why, since when and what to do', () => {
  const pipeline = deaths()
  pipeline.die()
  pipeline.wait(500)
  pipeline.die()
  expect(pipeline.health()).toEqual({
    kind: 'trouble',
    since: 1_000,
    problem: 'The pipeline has ended 2 times and is started anew each time: out of memory',
    remedy: 'Give it more.',
  })
  pipeline.progressed()
  expect(pipeline.health()).toEqual({ kind: 'ok' })
  pipeline.die()
  expect(pipeline.health()).toEqual({ kind: 'ok' })
})

test('one that gets somewhere and dies each time is in trouble where that is often', () => {
  const pipeline = deaths()
  for (let n = 0; n < 5; n++) {
    expect(pipeline.health()).toEqual({ kind: 'ok' })
    pipeline.die()
    pipeline.progressed()
    pipeline.wait(30_000)
  }
  expect(pipeline.health()).toMatchObject({
    kind: 'trouble',
    problem: expect.stringContaining('5 times'),
  })
  pipeline.wait(5 * MINUTE_MS)
  expect(pipeline.health()).toEqual({ kind: 'ok' })
})
