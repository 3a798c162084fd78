import { expect, it, vi } from 'vitest'
import type { EmbeddedStream } from './embedded/embedded-stream.ts'
import { keepEmbedded } from './keep-embedded.ts'
import { systemClock } from './platform/clock.ts'
import { createLog } from './platform/log.ts'

const ports = {
  clock: systemClock,
  random: () => 0,
  log: createLog({ level: 'silent', name: 'test' }),
}

function fakeStream(port: number, demo: boolean) {
  let on = demo
  let fail: (error: Error) => void = () => {}
  const stream: EmbeddedStream = {
    endpoint: `http://127.0.0.1:${port}`,
    port,
    demo: () => (on ? 'on' : 'off'),
    setDemo: (next) => {
      on = next
    },
    onFailure: (listener) => {
      fail = listener
    },
    stop: () => Promise.resolve(),
  }
  return { stream, fail: () => fail(new Error('it ended')) }
}

it('a stream that ends is started anew where it was, with the demo as it was last chosen', async () => {
  const starts: unknown[] = []
  const streams: ReturnType<typeof fakeStream>[] = []
  const kept = await keepEmbedded(async (again) => {
    starts.push(again)
    if (starts.length === 2) throw new Error('the port is not free yet')
    const started = fakeStream(again?.port ?? 4567, again?.demo ?? true)
    streams.push(started)
    return started.stream
  }, ports)
  kept.setDemo(false)
  streams[0]?.fail()
  for (let turn = 0; streams.length < 2 && turn < 1_000; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  expect(starts).toEqual([undefined, { port: 4567, demo: false }, { port: 4567, demo: false }])
  expect(streams[1]?.stream.demo()).toBe('off')
  kept.setDemo(true)
  expect(streams[1]?.stream.demo()).toBe('on')
  await kept.stop()
  streams[1]?.fail()
  expect(starts).toHaveLength(3)
})

it('a stream that ends again and again is in trouble, and says why', async () => {
  let now = 0
  const clock = { ...systemClock, monotonicMs: () => now }
  const streams: ReturnType<typeof fakeStream>[] = []
  const kept = await keepEmbedded(
    async (again) => {
      const started = fakeStream(again?.port ?? 4567, false)
      streams.push(started)
      return started.stream
    },
    { ...ports, clock },
  )
  const dies = async () => {
    const many = streams.length
    streams.at(-1)?.fail()
    await vi.waitFor(() => expect(streams.length).toBe(many + 1), { timeout: 10_000 })
  }
  expect(kept.health()).toEqual({ kind: 'ok' })
  await dies()
  expect(kept.health()).toEqual({ kind: 'ok' })
  await dies()
  expect(kept.health()).toMatchObject({
    kind: 'trouble',
    problem: 'The embedded stream has ended 2 times and is started anew each time: it ended',
  })
  now += 11_000
  expect(kept.health()).toEqual({ kind: 'ok' })
  await kept.stop()
})
