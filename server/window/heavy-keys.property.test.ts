import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StreamEvent } from '../../lib/event.ts'
import { BUILT_IN } from '../../lib/kpi-catalog.ts'
import { OTHER_KEY } from '../../lib/kpis.ts'
import { epochMs } from '../../lib/time.ts'
import { createMeasureSet, EVENTS, newMeasured } from './measures.ts'
import {
  addToPane,
  boundPane,
  countAt,
  keyedPane,
  mergePane,
  NONE_PINNED,
  type Pane,
  rowIn,
  trimPane,
} from './pane.ts'

const MEASURES = createMeasureSet(BUILT_IN.kpis)
const CAP = 5
const measured = newMeasured()
MEASURES.measure(
  { id: '', type: 'page_view', time: epochMs(0), currency: 'USD' } as StreamEvent,
  measured,
)

function paneOf(keys: readonly string[], cap = CAP): Pane {
  const pane = keyedPane(MEASURES, cap)
  for (const key of keys) {
    addToPane(pane, key, measured)
    boundPane(pane, NONE_PINNED)
  }
  return pane
}

const eventsOf = (pane: Pane, key: string): number => {
  const row = rowIn(pane, key)
  return row === undefined ? 0 : countAt(pane, row, EVENTS)
}

const total = (pane: Pane): number =>
  pane.keys.reduce((sum, _, row) => sum + countAt(pane, row, EVENTS), 0)

/** Small numbers come far more often than large ones. */
const key = fc.tuple(fc.nat(60), fc.nat(60)).map(([a, b]) => `k${Math.min(a, b)}`)

describe('the keys that a pane keeps apart', () => {
  it('lack at most one part in `cap` of the events, merged in any way, and with "other" add up to all', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(key, { maxLength: 120 }), { minLength: 1, maxLength: 12 }),
        fc.array(fc.tuple(fc.nat(), fc.nat(), fc.boolean())),
        (parts, merges) => {
          const panes = parts.map((part) => paneOf(part))
          const merge = (into: Pane, from: Pane) => {
            mergePane(into, from)
            boundPane(into, NONE_PINNED)
          }
          for (const [a, b, isTrimmed] of merges) {
            const into = panes[a % panes.length] as Pane
            const from = panes[b % panes.length] as Pane
            if (into === from) continue
            if (isTrimmed) trimPane(from, NONE_PINNED)
            merge(into, from)
            panes.splice(panes.indexOf(from), 1)
          }
          const whole = panes[0] as Pane
          for (const pane of panes.slice(1)) merge(whole, pane)
          trimPane(whole, NONE_PINNED)
          const all = parts.flat()
          expect(total(whole)).toBe(all.length)
          expect(whole.keys.filter((one) => one !== OTHER_KEY).length).toBeLessThanOrEqual(CAP)
          for (const one of new Set(all)) {
            const lacks = all.filter((other) => other === one).length - eventsOf(whole, one)
            expect({ one, lacks, most: lacks <= all.length / CAP }).toMatchObject({ most: true })
            expect(lacks).toBeGreaterThanOrEqual(0)
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  it('take in one that is heavy only from some time on', () => {
    const hour = keyedPane(MEASURES, 20)
    const early = Array.from({ length: 20 }, (_, n) => `early-${n}`)
    const add = (keys: readonly string[]) => {
      mergePane(hour, paneOf(keys, 20))
      boundPane(hour, NONE_PINNED)
    }
    for (let minute = 0; minute < 10; minute++) add(early.flatMap((one) => [one, one, one]))
    for (let minute = 10; minute < 60; minute++) {
      const passing = Array.from({ length: 20 }, (_, n) => `once-${minute}-${n}`)
      add([...Array<string>(20).fill('late'), ...passing])
    }
    expect(eventsOf(hour, 'late')).toBeGreaterThan(900)
    expect(total(hour)).toBe(10 * 60 + 50 * 40)
  })
})
