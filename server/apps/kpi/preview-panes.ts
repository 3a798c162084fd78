import type { StreamEvent } from '../../../lib/event.ts'
import type { Dimension } from '../../../lib/kpis.ts'
import { SECOND_MS } from '../../../lib/time.ts'
import { eventKey } from '../../window/keys.ts'
import { type MeasureSet, newMeasured } from '../../window/measures.ts'
import {
  addToPane,
  boundPane,
  keyedPane,
  mergePane,
  NONE_PINNED,
  type Pane,
  TOTAL_KEY,
  totalPane,
} from '../../window/pane.ts'
import type { TimeRange } from '../../window/window-range.ts'

/** In a pane of a second. */
const MAX_KEYS = 32

/** Panes in memory only, of one KPI that is being composed. Bounded by `forget`. */
export interface PreviewPanes {
  add(event: StreamEvent): void
  /** Adds all that the other holds; both are of the same draft. */
  merge(other: PreviewPanes): void
  clear(): void
  /** Lets go of what ended before `time`, of keys before `keysTime`; nothing older is taken in any more. */
  forget(time: number, keysTime: number): void
  /** The total over whole seconds, or the keys. */
  total(range: TimeRange): Pane
  keys(range: TimeRange): Pane
  /** When the oldest second of what is held begins; Infinity: nothing is. */
  oldest(): number
  readonly totals: ReadonlyMap<number, Pane>
  readonly keyed: ReadonlyMap<number, Pane>
}

export function createPreviewPanes(
  measures: MeasureSet,
  dimension: Dimension | undefined,
): PreviewPanes {
  const totals = new Map<number, Pane>()
  const keyed = new Map<number, Pane>()
  const measured = newMeasured()
  let forgotten = Number.NEGATIVE_INFINITY
  let keysForgotten = Number.NEGATIVE_INFINITY

  function paneAt(panes: Map<number, Pane>, start: number, make: () => Pane): Pane {
    let pane = panes.get(start)
    if (pane === undefined) {
      pane = make()
      panes.set(start, pane)
    }
    return pane
  }

  const totalAt = (start: number) => paneAt(totals, start, () => totalPane(measures))
  const keysAt = (start: number) => paneAt(keyed, start, () => keyedPane(measures, MAX_KEYS))

  function sum(panes: ReadonlyMap<number, Pane>, { from, to }: TimeRange, into: Pane): Pane {
    for (let t = from; t < to; t += SECOND_MS) {
      const pane = panes.get(t)
      if (pane !== undefined) mergePane(into, pane)
    }
    return into
  }

  return {
    totals,
    keyed,
    add(event) {
      const { time } = event
      if (time < forgotten) return
      measures.measure(event, measured)
      const start = time - (time % SECOND_MS)
      addToPane(totalAt(start), TOTAL_KEY, measured)
      if (time < keysForgotten) return
      const key = dimension === undefined ? undefined : eventKey(event, dimension)
      if (key === undefined) return
      const pane = keysAt(start)
      addToPane(pane, key, measured)
      boundPane(pane, NONE_PINNED)
    },
    merge(other) {
      for (const [start, pane] of other.totals) mergePane(totalAt(start), pane)
      for (const [start, pane] of other.keyed) {
        const mine = keysAt(start)
        mergePane(mine, pane)
        boundPane(mine, NONE_PINNED)
      }
    },
    clear() {
      totals.clear()
      keyed.clear()
    },
    forget(time, keysTime) {
      forgotten = time
      keysForgotten = keysTime
      for (const start of totals.keys()) if (start + SECOND_MS <= time) totals.delete(start)
      for (const start of keyed.keys()) if (start + SECOND_MS <= keysTime) keyed.delete(start)
    },
    total: (range) => sum(totals, range, totalPane(measures)),
    keys: (range) => sum(keyed, range, keyedPane(measures, MAX_KEYS)),
    oldest: () => Math.min(...totals.keys()),
  }
}
