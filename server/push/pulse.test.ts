import { expect, it } from 'vitest'
import type { Health } from '../../lib/frames.ts'
import { createFakePipeline, liveState } from '../http/test-server.ts'
import { systemClock } from '../platform/clock.ts'
import { startPulse } from './pulse.ts'

it('tells when the pipeline falls silent, and when it answers again', async () => {
  const pipeline = createFakePipeline()
  const silences: Health[] = []
  let heard = 0
  const stop = startPulse({
    pipeline,
    clock: systemClock,
    everyMs: 5,
    timeoutMs: 20,
    onSilent: (source) => void silences.push(source),
    onHeard: () => {
      heard++
    },
  })
  const until = async (condition: () => boolean) => {
    for (let turn = 0; !condition() && turn < 500; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  pipeline.state = new Error('the pipeline worker ended with code 1')
  await until(() => silences.length === 1)
  // Restarted, but stuck: it never answers.
  pipeline.live = () => new Promise(() => {})
  await until(() => silences.length === 3)
  expect(heard).toBe(0)
  expect(silences[0]).toMatchObject({ kind: 'trouble', since: expect.any(Number) })
  expect(silences[2]).toEqual(silences[0])
  pipeline.live = () => Promise.resolve(liveState({}))
  await until(() => heard > 0)
  stop()
  expect(heard).toBe(1)
})
