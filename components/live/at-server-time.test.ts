import { beforeEach, expect, test } from 'vitest'
import { atServerTime, forgetWaiting } from './at-server-time.ts'
import { browserNow } from './clock.ts'
import { liveStore } from './live-store.ts'

const AHEAD_MS = 40 * 86_400_000

beforeEach(() => {
  forgetWaiting()
  liveStore.setState({ samples: [] })
})

test('what needs the time waits for the first frame, and is done by the server’s clock', () => {
  const done: string[] = []
  atServerTime((now) => done.push(`today ${Math.round((now - browserNow()) / AHEAD_MS)}`))
  atServerTime(() => done.push('before'))
  expect(done).toEqual([])
  liveStore.setState({ problem: null })
  expect(done).toEqual([])
  liveStore.setState({ samples: [AHEAD_MS] })
  expect(done).toEqual(['today 1', 'before'])
  liveStore.setState({ samples: [AHEAD_MS, AHEAD_MS] })
  expect(done).toHaveLength(2)
})

test('it is done at once where the time is known', () => {
  liveStore.setState({ samples: [0] })
  let done = 0
  atServerTime(() => done++)
  expect(done).toBe(1)
})

test('it is not done any more once something else was chosen', () => {
  let done = 0
  atServerTime(() => done++)
  forgetWaiting()
  liveStore.setState({ samples: [0] })
  expect(done).toBe(0)
})
