import type { StreamEvent } from '../../lib/event.ts'
import { DIMENSIONS, type Dimension } from '../../lib/kpis.ts'
import { eventKey } from './keys.ts'
import { isLate } from './late.ts'
import { levelAt, paneStart } from './levels.ts'
import { newMeasured } from './measures.ts'
import { createPairKeys } from './pair-key.ts'
import { addToPane, boundPane, type Pane, TOTAL_KEY } from './pane.ts'
import { newPane, type PaneDimension, type PlacedPane, paneDimensions } from './pane-dimension.ts'
import type { PaneOptions } from './pane-options.ts'

/** What was folded since it was last taken: panes of the finest level that keeps their time. */
export interface Pending {
  /** Answers whether the event is young enough for any level to keep it. `arrivedAt`: when the stream got it. */
  add(event: StreamEvent, now: number, arrivedAt: number): boolean
  take(): PlacedPane[]
}

export function createPending(options: PaneOptions): Pending {
  const { measures, crossed, pins, retention, maxKeys } = options
  const measured = newMeasured()
  const dimensions = paneDimensions(crossed)
  /** The key of the event in hand in each of `DIMENSIONS`. */
  const keys: (string | undefined)[] = []
  const pairs = crossed.map((pair, index) => ({
    at: 1 + DIMENSIONS.length + index,
    first: DIMENSIONS.indexOf(pair[0]),
    second: DIMENSIONS.indexOf(pair[1]),
    keyOf: createPairKeys(),
  }))
  /** By level: panes by start, one for each dimension that had an event. */
  let open = new Map<number, Map<number, (Pane | undefined)[]>>()

  /** Where the last event went: the next one often goes there too. */
  let last = { level: -1, start: -1, panes: [] as (Pane | undefined)[] }

  function panesAt(level: number, start: number): (Pane | undefined)[] {
    if (last.level !== level || last.start !== start) {
      last = { level, start, panes: panesOf(level, start) }
    }
    return last.panes
  }

  function panesOf(level: number, start: number): (Pane | undefined)[] {
    let byStart = open.get(level)
    if (byStart === undefined) {
      byStart = new Map()
      open.set(level, byStart)
    }
    let panes = byStart.get(start)
    if (panes === undefined) {
      panes = [newPane(measures, { level, dimension: '' })]
      byStart.set(start, panes)
    }
    return panes
  }

  /** Adds what was measured of the event in hand. `at`: the place of the dimension. */
  function addKey(panes: (Pane | undefined)[], level: number, at: number, key: string): void {
    const dimension = dimensions[at] as PaneDimension
    let pane = panes[at]
    if (pane === undefined) {
      pane = newPane(measures, { level, dimension }, maxKeys)
      panes[at] = pane
    }
    addToPane(pane, key, measured)
    if (pane.keys.length > 2 * pane.cap) boundPane(pane, pins.of(dimension))
  }

  return {
    add(event, now, arrivedAt) {
      const level = retention.finestLevel(event.time, now)
      if (level === undefined) return false
      const panes = panesAt(level, paneStart(event.time, levelAt(level).ms))
      measures.measure(event, measured)
      if (isLate(event.time, arrivedAt)) measures.late.note(measured, arrivedAt)
      addToPane(panes[0] as Pane, TOTAL_KEY, measured)
      for (let index = 0; index < DIMENSIONS.length; index++) {
        const key = eventKey(event, DIMENSIONS[index] as Dimension)
        keys[index] = key
        if (key !== undefined) addKey(panes, level, index + 1, key)
      }
      for (const { at, first, second, keyOf } of pairs) {
        const [one, other] = [keys[first], keys[second]]
        if (one !== undefined && other !== undefined) addKey(panes, level, at, keyOf(one, other))
      }
      return true
    },

    take() {
      const taken: PlacedPane[] = []
      for (const [level, byStart] of open) {
        for (const [start, panes] of byStart) {
          for (let index = 0; index < panes.length; index++) {
            const pane = panes[index]
            if (pane === undefined) continue
            taken.push({ level, dimension: dimensions[index] as PaneDimension, start, pane })
          }
        }
      }
      open = new Map()
      last = { level: -1, start: -1, panes: [] }
      return taken
    },
  }
}
