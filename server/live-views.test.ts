import { pino } from 'pino'
import { expect, it } from 'vitest'
import type { Cells } from '../lib/frames.ts'
import type { View } from '../lib/view.ts'
import { createLiveViews } from './live-views.ts'
import { createTurns } from './platform/turns.ts'
import { createVirtualLoop } from './platform/virtual-loop.testing.ts'

const CHEAP: View = { kind: 'overview', window: '5m', kpi: 'page_views' }
const CHEAP_MS = 4
const TURN_MS = 10
const COMMIT_EVERY_MS = 80

const dear = (n: number): View => ({
  ...CHEAP,
  window: '30d',
  filter: { dimension: 'page', key: String(n) },
})

/** Views that cost as much as they are told to; something new comes every 80 ms. */
function started({ turnsOfDear }: { turnsOfDear: number }) {
  const loop = createVirtualLoop()
  const turns = createTurns(loop.clock, loop.round)
  const ending = new AbortController()
  const frames = new Map<string, number[]>()
  const closed: string[] = []
  let dearTurns = 0
  let n = 0
  const views = createLiveViews({
    sourceOf: (view, turn) => ({
      async state() {
        if ('window' in view && view.window === '30d') {
          for (let at = 0; at < turnsOfDear; at++) {
            dearTurns++
            loop.work(TURN_MS)
            await turn()
          }
        } else loop.work(CHEAP_MS)
        return { cells: {}, series: { main: [[0, ++n]] } }
      },
      close: () => void closed.push(view.kind),
    }),
    common: () => ({}) as Cells,
    quiet: () => false,
    onFrame: ({ key }) => {
      frames.set(key, [...(frames.get(key) ?? []), loop.clock.monotonicMs()])
    },
    ...{ turns, clock: loop.clock, pause: loop.pause, ending: ending.signal },
    log: pino({ level: 'silent' }),
  })
  const commits = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      await loop.pause(COMMIT_EVERY_MS, ending.signal)
      views.news()
    }
  }
  void commits()

  /** How long the frames of a view are apart at the 99th percentile, from now on. */
  async function gapP99(key: string, forMs: number): Promise<number> {
    frames.set(key, [])
    await loop.runFor(forMs)
    const at = frames.get(key) ?? []
    const gaps = at.slice(1).map((each, index) => each - (at[index] ?? 0))
    return gaps.sort((a, b) => a - b)[Math.floor(gaps.length * 0.99)] ?? Number.POSITIVE_INFINITY
  }
  return { loop, views, frames, closed, gapP99, dearTurns: () => dearTurns, ending }
}

it.each([
  { what: '63 views of much past', count: 63, turnsOfDear: 100 },
  { what: '63 views that are there already', count: 63, turnsOfDear: 3 },
  { what: 'one view of much past', count: 1, turnsOfDear: 100 },
])('a cheap view keeps its pace beside $what', async ({ count, turnsOfDear }) => {
  const { views, gapP99, ending } = started({ turnsOfDear })
  views.watch('cheap', CHEAP)
  const rest = await gapP99('cheap', 10_000)
  for (let n = 0; n < count; n++) views.watch(`dear ${n}`, dear(n))
  const beside = await gapP99('cheap', 30_000)
  expect(rest).toBeLessThan(150)
  expect(beside).toBeLessThan(2 * rest)
  ending.abort()
})

it('a cheap view keeps its pace beside one who turns to another view all the time', async () => {
  const { loop, views, gapP99, ending } = started({ turnsOfDear: 100 })
  views.watch('cheap', CHEAP)
  const rest = await gapP99('cheap', 10_000)
  const storm = async (): Promise<void> => {
    for (let n = 0; !ending.signal.aborted; n++) {
      views.watch(`dear ${n}`, dear(n))
      await loop.pause(10, ending.signal)
      views.unwatch(`dear ${n}`)
    }
  }
  void storm()
  expect(await gapP99('cheap', 20_000)).toBeLessThan(2 * rest)
  ending.abort()
})

it('dear views have their frames, too, and all about as many', async () => {
  const { loop, views, frames, ending } = started({ turnsOfDear: 20 })
  for (let n = 0; n < 16; n++) views.watch(`dear ${n}`, dear(n))
  views.watch('cheap', CHEAP)
  await loop.runFor(120_000)
  const counts = Array.from({ length: 16 }, (_, n) => frames.get(`dear ${n}`)?.length ?? 0)
  expect(Math.min(...counts)).toBeGreaterThan(10)
  expect(Math.max(...counts) - Math.min(...counts)).toBeLessThan(5)
  ending.abort()
})

it('a view that nobody watches any more stops at once, in the midst of a frame', async () => {
  const { loop, views, frames, closed, dearTurns, ending } = started({ turnsOfDear: 100 })
  views.watch('dear', dear(1))
  await loop.runFor(200)
  const before = dearTurns()
  expect(before).toBeGreaterThan(5)
  views.unwatch('dear')
  await loop.runFor(5_000)
  expect(dearTurns()).toBe(before)
  expect(closed).toEqual(['overview'])
  expect(frames.has('dear')).toBe(false)
  ending.abort()
})

it('views of equal cost share half of the time, whatever dearer ones do', async () => {
  const { loop, views, frames, ending } = started({ turnsOfDear: 0 })
  for (let n = 0; n < 50; n++) views.watch(`cheap ${n}`, CHEAP)
  await loop.runFor(20_000)
  const total = [...frames.values()].reduce((sum, { length }) => sum + length, 0)
  expect((total * CHEAP_MS) / 20_000).toBeGreaterThan(0.35)
  expect((total * CHEAP_MS) / 20_000).toBeLessThan(0.55)
  ending.abort()
})
