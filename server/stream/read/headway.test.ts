import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SECOND_MS } from '../../../lib/time.ts'
import {
  afterAnswer,
  afterFailure,
  excused,
  type Headway,
  headwayFrom,
  isStuck,
  type Move,
  STUCK_AFTER_MS,
} from './headway.ts'

const HERE: Move = { moved: false, goesOn: true, behindMs: 5_000 }

/** An answer or a failure a second, from 0 on. */
function secondsOf(count: number, each: (headway: Headway, now: number) => Headway): Headway {
  let headway = headwayFrom(0)
  for (let second = 1; second <= count; second++) headway = each(headway, second * SECOND_MS)
  return headway
}

describe('a reader gets on', () => {
  test('where it takes records in, however far behind it falls', () => {
    const headway = secondsOf(60, (before, now) =>
      afterAnswer(before, { moved: true, goesOn: true, behindMs: now }, now),
    )
    expect(headway.tries).toBe(0)
    expect(isStuck(headway, 60 * SECOND_MS)).toBe(false)
  })

  test('through a gap of hours, in which page after page is empty and each is closer to the tip', () => {
    const headway = secondsOf(600, (before, now) =>
      afterAnswer(before, { ...HERE, behindMs: 3_600_000 - now }, now),
    )
    expect(isStuck(headway, 600 * SECOND_MS)).toBe(false)
  })

  test('at the tip, where nothing comes for hours', () => {
    const headway = secondsOf(7_200, (before, now) =>
      afterAnswer(before, { ...HERE, behindMs: 0 }, now),
    )
    expect(isStuck(headway, 7_200 * SECOND_MS)).toBe(false)
  })

  test('where it is throttled, and one read in twenty gets through', () => {
    let behindMs = 1_000_000
    const headway = secondsOf(200, (before, now) => {
      if (now % (20 * SECOND_MS) !== 0) return afterFailure(before)
      behindMs -= 100
      return afterAnswer(before, { ...HERE, behindMs }, now)
    })
    expect(isStuck(headway, 200 * SECOND_MS)).toBe(false)
  })
})

describe('a reader is stuck', () => {
  test.each<[string, (headway: Headway, now: number) => Headway]>([
    ['that fails again and again', (before) => afterFailure(before)],
    ['whose answers stay as far behind the tip', (before, now) => afterAnswer(before, HERE, now)],
    [
      'whose answers fall further behind it',
      (before, now) => afterAnswer(before, { ...HERE, behindMs: 5_000 + now }, now),
    ],
    [
      'whose answers do not say how far it is, and bring nothing new',
      (before, now) => afterAnswer(before, { ...HERE, behindMs: null }, now),
    ],
    [
      'that is told again and again to be at the end of a shard',
      (before, now) => afterAnswer(before, { moved: false, goesOn: false, behindMs: 0 }, now),
    ],
    [
      'whose answers alternate with failures',
      (before, now) => (now % 2_000 === 0 ? afterFailure(before) : afterAnswer(before, HERE, now)),
    ],
  ])('%s, after 30 s of it and not before', (_name, each) => {
    const before = secondsOf(29, each)
    expect(isStuck(before, 29 * SECOND_MS)).toBe(false)
    const after = secondsOf(32, each)
    expect(isStuck(after, 32 * SECOND_MS)).toBe(true)
    const moved = afterAnswer(after, { moved: true, goesOn: true, behindMs: 5_000 }, 33 * SECOND_MS)
    expect(isStuck(moved, 33 * SECOND_MS)).toBe(false)
  })

  test('not by one failure after a long rest', () => {
    const headway = afterFailure(headwayFrom(0))
    expect(isStuck(headway, 10 * STUCK_AFTER_MS)).toBe(false)
  })

  test('not by time that was not its own', () => {
    const headway = secondsOf(20, afterFailure)
    const held = excused(headway, 3_600 * SECOND_MS)
    expect(isStuck(held, 3_629 * SECOND_MS)).toBe(false)
    expect(isStuck(held, 3_631 * SECOND_MS)).toBe(true)
  })
})

// The oracle remembers everything that happened.

type Happening = { afterMs: number } & (
  | { kind: 'failure' }
  | { kind: 'excuse'; ms: number }
  | ({ kind: 'answer' } & Move)
)

const move = fc.record({
  moved: fc.boolean(),
  goesOn: fc.boolean(),
  behindMs: fc.option(fc.nat({ max: 50 }), { nil: null }),
})
const afterMs = fc.nat({ max: 20 * SECOND_MS })
const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ afterMs, kind: fc.constant('failure' as const) }),
  fc.record({ afterMs, kind: fc.constant('excuse' as const), ms: fc.nat({ max: SECOND_MS }) }),
  fc.tuple(afterMs, move).map(([ms, each]) => ({ afterMs: ms, kind: 'answer' as const, ...each })),
)

test('I21: a reader is stuck exactly where the last 30 s of its own time, and two tries or more, brought nothing', () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 40 }), (happenings) => {
      let headway = headwayFrom(0)
      let now = 0
      let ownMs = 0
      let tries = 0
      let best = Number.POSITIVE_INFINITY
      for (const each of happenings) {
        now += each.afterMs
        ownMs += each.afterMs
        if (each.kind === 'excuse') {
          now += each.ms
          headway = excused(headway, each.ms)
        } else if (each.kind === 'failure') {
          headway = afterFailure(headway)
          tries++
        } else {
          headway = afterAnswer(headway, each, now)
          const { moved, goesOn, behindMs } = each
          const closer = behindMs === 0 || (behindMs !== null && behindMs < best)
          if (moved || (goesOn && closer)) {
            ownMs = 0
            tries = 0
            best = behindMs ?? Number.POSITIVE_INFINITY
          } else tries++
        }
        expect(isStuck(headway, now)).toBe(tries >= 2 && ownMs >= STUCK_AFTER_MS)
      }
    }),
  )
})
