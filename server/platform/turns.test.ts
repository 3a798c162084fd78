import { expect, it } from 'vitest'
import { createTurns, EndedError, type Worker } from './turns.ts'
import { createVirtualLoop } from './virtual-loop.testing.ts'

const DEAR_TURN_MS = 10
const FOREVER = new AbortController().signal

function started() {
  const loop = createVirtualLoop()
  const turns = createTurns(loop.clock, loop.round)

  /** Works without end, `turnMs` a turn; answers how many turns there were. */
  function busy(turnMs: number, worker = turns.worker()): () => number {
    let count = 0
    const work = async (): Promise<void> => {
      for (;;) {
        await worker.turn()
        count++
        loop.work(turnMs)
      }
    }
    work().catch(() => {})
    return () => count
  }

  /** A piece of one turn every 100 ms; answers how long each waited. */
  function steady(turnMs: number): number[] {
    const worker = turns.worker()
    const waits: number[] = []
    const work = async (): Promise<void> => {
      for (;;) {
        await loop.pause(100, FOREVER)
        const since = loop.clock.monotonicMs()
        await worker.turn()
        waits.push(loop.clock.monotonicMs() - since)
        loop.work(turnMs)
        worker.done()
      }
    }
    void work()
    return waits
  }
  return { loop, turns, busy, steady }
}

it.each([1, 8, 64])('cheap work waits for two turns at most beside %i dear ones', async (count) => {
  const { loop, busy, steady } = started()
  const waits = steady(3)
  await loop.runFor(1_000)
  waits.length = 0
  for (let n = 0; n < count; n++) busy(DEAR_TURN_MS)
  await loop.runFor(60_000)
  expect(waits.length).toBeGreaterThan(300)
  expect(Math.max(...waits)).toBeLessThanOrEqual(2 * DEAR_TURN_MS)
})

it('cheap work that was held up once does not count as dear', async () => {
  const { loop, turns, busy } = started()
  const worker = turns.worker()
  const waits: number[] = []
  const piece = async (turnMs: number): Promise<void> => {
    await loop.pause(100, FOREVER)
    const since = loop.clock.monotonicMs()
    await worker.turn()
    waits.push(loop.clock.monotonicMs() - since)
    loop.work(turnMs)
    worker.done()
  }
  const work = async (): Promise<void> => {
    for (let n = 0; ; n++) await piece(n % 20 === 10 ? 900 : 3)
  }
  void work()
  await loop.runFor(2_000)
  waits.length = 0
  for (let n = 0; n < 64; n++) busy(DEAR_TURN_MS)
  await loop.runFor(60_000)
  expect(waits.length).toBeGreaterThan(200)
  expect(Math.max(...waits)).toBeLessThanOrEqual(4 * DEAR_TURN_MS)
})

it('ever new work is no reason for known cheap work to wait', async () => {
  const { loop, turns, busy, steady } = started()
  const waits = steady(3)
  await loop.runFor(1_000)
  waits.length = 0
  let fresh: Worker[] = []
  for (let step = 0; step < 400; step++) {
    for (const worker of fresh) worker.end()
    fresh = Array.from({ length: 32 }, () => turns.worker())
    for (const worker of fresh) busy(DEAR_TURN_MS, worker)
    await loop.runFor(25)
  }
  expect(waits.length).toBeGreaterThan(50)
  expect(Math.max(...waits)).toBeLessThanOrEqual(3 * DEAR_TURN_MS)
})

it('dear work has equal parts', async () => {
  const { loop, busy } = started()
  const counts = Array.from({ length: 16 }, () => busy(DEAR_TURN_MS))
  await loop.runFor(16_000)
  const turns = counts.map((count) => count())
  expect(Math.min(...turns)).toBeGreaterThan(80)
  expect(Math.max(...turns) / Math.min(...turns)).toBeLessThan(1.3)
})

it('dear work is not starved by cheap work that never ends', async () => {
  const { loop, turns, busy } = started()
  for (let n = 0; n < 16; n++) {
    const worker = turns.worker()
    const work = async (): Promise<void> => {
      for (;;) {
        await worker.turn()
        loop.work(3)
        worker.done()
      }
    }
    void work()
  }
  const count = busy(DEAR_TURN_MS)
  await loop.runFor(60_000)
  expect(count()).toBeGreaterThan(50)
})

it('who else makes use of the thread has rounds of it between two dear turns', async () => {
  const loop = createVirtualLoop()
  let othersMs = 0
  const turns = createTurns(loop.clock, async () => {
    loop.work(5)
    othersMs += 5
    await loop.round()
  })
  const worker = turns.worker()
  let dearMs = 0
  const work = async (): Promise<void> => {
    for (;;) {
      await worker.turn()
      loop.work(DEAR_TURN_MS)
      dearMs += DEAR_TURN_MS
    }
  }
  void work()
  await loop.runFor(10_000)
  expect(othersMs / dearMs).toBeGreaterThan(2)
})

it('work that nobody wants any more has no turn again, and hears of it at once', async () => {
  const { loop, turns, busy } = started()
  busy(DEAR_TURN_MS)
  const worker = turns.worker()
  await worker.turn()
  const waiting = worker.turn()
  const refused = expect(waiting).rejects.toBeInstanceOf(EndedError)
  worker.end()
  await refused
  await expect(worker.turn()).rejects.toBeInstanceOf(EndedError)
  await loop.runFor(100)
})

it('what a piece needs is what its own turns took, and nothing of the others', async () => {
  const { loop, turns, busy } = started()
  busy(DEAR_TURN_MS)
  const worker = turns.worker()
  const piece = (async () => {
    for (let turn = 0; turn < 3; turn++) {
      await worker.turn()
      loop.work(7)
    }
    return worker.done()
  })()
  await loop.runFor(5_000)
  expect(await piece).toBe(21)
})
