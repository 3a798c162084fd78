import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { ViewState } from '../../lib/frames.ts'
import { liveState } from '../http/test-server.ts'
import { createLiveView, type LiveView, SLICE } from './live-view.ts'
import type { KeptDelta } from './view-log.ts'

/** A page, as far as frames go: what it has, and whether it can take more. */
interface Page {
  seq: number | undefined
  /** Frames it could make nothing of: each is a question more. */
  gaps: number
  slow: boolean
}

const state = (eventsPerSecond: number): ViewState => liveState({ eventsPerSecond })

function started() {
  const rooms = new Map<number, Set<Page>>()
  const tasks: (() => void)[] = []
  const given = { snapshots: 0, encoded: 0, deltas: 0 }
  let frames = 0
  const see = (page: Page, { seq }: KeptDelta): void => {
    given.deltas++
    if (page.seq !== undefined && seq === page.seq + 1) page.seq = seq
    else page.gaps++
  }
  const view: LiveView<Page> = createLiveView<Page>('this', () => 1, {
    backlog: ({ slow }) => ({ writable: !slow, queued: slow ? 1 : 0 }),
    join: (page, slice) => void rooms.set(slice, (rooms.get(slice) ?? new Set()).add(page)),
    leave: (page, slice) => void rooms.get(slice)?.delete(page),
    deltaToSlice: (slice, push) => {
      for (const page of rooms.get(slice) ?? []) see(page, push)
    },
    deltaTo: see,
    snapshotTo(pages, { seq }) {
      given.encoded++
      given.snapshots += pages.length
      for (const page of pages) page.seq = seq
    },
    sent: () => {},
    skipped: () => {},
    later: (task) => void tasks.push(task),
  })
  return {
    view,
    given,
    frame: () => view.take({ kind: 'state', key: 'k', now: ++frames, state: state(frames) }),
    /** The next task of the thread; false: there is none. */
    task() {
      const task = tasks.shift()
      task?.()
      return task !== undefined
    },
  }
}

const page = (): Page => ({ seq: undefined, gaps: 0, slow: false })

it('a frame for a thousand pages is sent to a hundred in one task', () => {
  const { view, given, frame, task } = started()
  frame()
  const pages = Array.from({ length: 1_000 }, page)
  for (const one of pages) view.add(one, undefined)
  while (task());
  given.deltas = 0
  frame()
  for (let sent = SLICE; sent <= 1_000; sent += SLICE) {
    expect(given.deltas).toBe(sent)
    task()
  }
  expect(given.deltas).toBe(1_000)
  expect(pages.every(({ seq, gaps }) => seq === pages[0]?.seq && gaps === 0)).toBe(true)
})

it('pages that come together get a state that is encoded once for a hundred of them', () => {
  const { view, given, frame, task } = started()
  frame()
  for (let n = 0; n < 1_000; n++) view.add(page(), undefined)
  let most = 0
  for (let before = given.snapshots; task(); before = given.snapshots) {
    most = Math.max(most, given.snapshots - before)
  }
  expect(given).toMatchObject({ snapshots: 1_000, encoded: 10 })
  expect(most).toBe(SLICE)
})

it('one page has its frame at once', () => {
  const { view, given, frame, task } = started()
  const one = page()
  frame()
  view.add(one, undefined)
  task()
  frame()
  expect(given.deltas).toBe(1)
})

it('whoever comes, goes, is slow or asks again: no page misses a frame, and all have the newest in the end', () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('frame' as const) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('task' as const) }) },
    fc.record({ kind: fc.constantFrom('come', 'go', 'slow', 'ask', 'again'), at: fc.nat(350) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { view, frame, task } = started()
      frame()
      const pages = Array.from({ length: 350 }, page)
      const here = new Set(pages)
      for (const one of pages) view.add(one, undefined)
      while (task());
      for (const each of steps) {
        if (each.kind === 'frame') frame()
        else if (each.kind === 'task') task()
        else {
          const one = pages[each.at] ?? (pages[0] as Page)
          if (each.kind === 'go') {
            view.remove(one)
            here.delete(one)
          } else if (each.kind === 'come' && !here.has(one)) {
            one.seq = undefined
            view.add(one, undefined)
            here.add(one)
          } else if (each.kind === 'slow') one.slow = !one.slow
          else if (here.has(one)) {
            const resume = one.seq === undefined ? undefined : { instance: 'this', seq: one.seq }
            view.add(one, each.kind === 'ask' ? undefined : resume)
          }
        }
      }
      for (const one of pages) one.slow = false
      frame()
      while (task());
      view.bringUp()
      while (task());
      for (const one of here) expect([one.seq, one.gaps]).toEqual([view.seq(), 0])
      expect(view.size()).toBe(here.size)
    }),
    { numRuns: 100 },
  )
})
