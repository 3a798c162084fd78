import { expect, it } from 'vitest'
import type { Health } from '../../lib/frames.ts'
import { epochMs } from '../../lib/time.ts'
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

const silence = (isUp: boolean, lateMs = 0) =>
  new Promise<Health | 'heard'>((resolve) => {
    let asked = 0
    let now = 0
    const stop = startPulse({
      pipeline: {
        live: () => {
          now += lateMs
          return asked++ === 0 ? new Promise(() => {}) : Promise.resolve(liveState({}))
        },
        health: () => ({ kind: 'ok' }),
        isUp: () => isUp,
      },
      clock: { now: () => epochMs(1), monotonicMs: () => (now += 0.001) },
      ...{ everyMs: 1, timeoutMs: 5 },
      onSilent: (source) => {
        stop()
        resolve(source)
      },
      onHeard: () => {},
    })
    setTimeout(() => {
      stop()
      resolve('heard')
    }, 300)
  })

it('one that runs and is busy is not told to have ended', async () => {
  const health = await silence(true)
  expect(health).toMatchObject({
    problem: expect.stringMatching(/^The pipeline runs but does not answer in time/),
  })
  expect(JSON.stringify(health)).not.toMatch(/anew by itself|why it ended/)
  expect(await silence(false)).toMatchObject({
    problem: expect.stringMatching(/has ended and is started anew/),
    remedy: expect.stringMatching(/why it ended/),
  })
})

it('a time-out that comes late, after the process stood still, is no silence', async () => {
  expect(await silence(true, 60_000)).toBe('heard')
})
