import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS, SECOND_MS } from '../../lib/time.ts'
import { WINDOW_IDS, WINDOWS } from '../../lib/windows.ts'
import { decompose } from './decompose.ts'
import { LEVELS, levelAt } from './levels.ts'
import { createRetention, DEFAULT_KEEP, goneBefore, keepMsOf } from './retention.ts'
import { rangeBefore, windowRange } from './window-range.ts'

const { isKept, finestLevel, keepMs } = createRetention()

const now = fc.integer({ min: 1_700_000_000_000, max: 1_900_000_000_000 })

describe('covering a range with panes', () => {
  it('panes follow each other without gap or overlap, each in its place', () => {
    fc.assert(
      fc.property(now, fc.nat(3 * 86_400), (end, seconds) => {
        const to = end - (end % SECOND_MS)
        const from = to - seconds * SECOND_MS
        let at = from
        for (const { level, start } of decompose(from, to)) {
          expect(start).toBe(at)
          expect(start % levelAt(level).ms).toBe(0)
          at += levelAt(level).ms
        }
        expect(at).toBe(to)
      }),
    )
  })

  it('every window at any moment takes at most 100 panes or, by the hour, one for each; and all of them are still kept', () => {
    fc.assert(
      fc.property(now, fc.constantFrom(...WINDOW_IDS), (at, id) => {
        const range = windowRange(WINDOWS[id], at)
        for (const { from, to } of [range, rangeBefore(range)]) {
          const panes = decompose(from, to)
          expect(panes.length).toBeLessThanOrEqual(Math.max(100, WINDOWS[id].spanMs / HOUR_MS))
          for (const { level, start } of panes) expect(isKept(level, start, at)).toBe(true)
        }
      }),
    )
  })

  it('a window ends with the step that is open now', () => {
    fc.assert(
      fc.property(now, fc.constantFrom(...WINDOW_IDS), (at, id) => {
        const { spanMs, slideMs } = WINDOWS[id]
        const { from, to } = windowRange(WINDOWS[id], at)
        expect(to - from).toBe(spanMs)
        expect(to % slideMs).toBe(0)
        expect(to > at && to - slideMs <= at).toBe(true)
      }),
    )
  })
})

describe('levels', () => {
  it('each is made of whole panes of the one before and is kept longer', () => {
    for (const [index, level] of LEVELS.entries()) {
      const finer = LEVELS[index - 1]
      if (finer === undefined) continue
      expect(level.ms % finer.ms).toBe(0)
      expect(keepMs[index]).toBeGreaterThanOrEqual((keepMs[index - 1] ?? 0) + level.ms)
    }
  })

  it('what is older than the oldest time is kept by no level, and that time is', () => {
    fc.assert(
      fc.property(now, (at) => {
        const oldest = createRetention().oldest(at)
        expect(finestLevel(oldest, at)).toBe(LEVELS.length - 1)
        expect(finestLevel(oldest - 1, at)).toBeUndefined()
      }),
    )
  })

  it('where a level keeps a time, so do all coarser ones', () => {
    fc.assert(
      fc.property(now, fc.nat(500 * DAY_MS), (at, age) => {
        const finest = finestLevel(at - age, at) ?? LEVELS.length
        for (let level = 0; level < LEVELS.length; level++) {
          expect(isKept(level, at - age, at)).toBe(level >= finest)
        }
      }),
    )
  })
})

describe('times that change', () => {
  it('what was deleted by shorter times is not taken for kept, and counts again once it is old enough', () => {
    const day = fc.integer({ min: 1, max: 30 }).map((days) => days * DAY_MS)
    fc.assert(
      fc.property(now, fc.array(day, { minLength: 1, maxLength: 5 }), day, (from, times, later) => {
        let at = from
        // The oracle: the oldest minute that was never beyond the times that held.
        let oldest = from - DEFAULT_KEEP.minutes
        let memory = { keepMs: keepMsOf(DEFAULT_KEEP), goneBefore: [] as (number | null)[] }
        let retention = createRetention()
        for (const minutes of times) {
          retention = createRetention({ ...DEFAULT_KEEP, minutes })
          const gone = goneBefore(memory, retention.keepMs, at)
          retention.goneBefore(gone)
          memory = { keepMs: retention.keepMs, goneBefore: gone }
          oldest = Math.max(oldest, at - minutes)
          at += later
          oldest = Math.max(oldest, at - minutes)
        }
        const level = 2
        const { ms } = levelAt(level)
        expect(retention.isKept(level, oldest + ms, at)).toBe(true)
        expect(retention.isKept(level, oldest - ms, at)).toBe(false)
      }),
    )
  })
})
