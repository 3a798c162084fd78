import { DIMENSIONS, type Dimension, type Kpi, OTHER_KEY } from '../../lib/kpis.ts'
import type { Change, Mark } from '../insight/detector.ts'
import { createKeyWatch, type KeyWatch } from '../insight/key-watch.ts'
import { STEP_MS } from '../insight/reading.ts'
import type { Cell } from '../window/cell.ts'
import { countAt, type Pane } from '../window/pane.ts'
import type { TimeRange } from '../window/window-range.ts'
import type { Measured } from './measured.ts'

/** The keys of each dimension under watch, for the KPIs that count: each key by its part of the whole. */
export interface WatchedKeys {
  /** Those that need the keys. */
  readonly kpis: readonly Kpi[]
  /** One step: its keys by dimension, and all of it; `at`: when it began. What changed, the furthest first. */
  see(panes: ReadonlyMap<Dimension, Pane>, cell: Cell | undefined, at: number): KeyOfKpiChange[]
  /** A time of the past, not of those whose mark began before it. */
  remember(panes: ReadonlyMap<Dimension, Pane>, cell: Cell | undefined, span: TimeRange): void
  resume(kpi: Kpi, of: { dimension: Dimension; key: string }, mark: Mark): void
}

export interface KeyOfKpiChange {
  kpi: Kpi
  of: { dimension: Dimension; key: string }
  change: Change
}

/** Each takes half a megabyte. */
const MAX_KPIS = 12
/** Keys below this part of the whole come last: one of them is never among the largest. */
const LARGE_PART = 0.02

interface Watched {
  kpi: Kpi
  dimension: Dimension
  watch: KeyWatch
  /** Since when its parts are not what they usually are. */
  resumedAt: number
}

export function createWatchedKeys({
  catalog,
  measures,
}: Pick<Measured, 'catalog' | 'measures'>): WatchedKeys {
  const kpis = catalog.kpis.filter(({ formula }) => formula.kind === 'count').slice(0, MAX_KPIS)
  const watched: Watched[] = kpis.flatMap((kpi) =>
    DIMENSIONS.map((dimension) => ({
      ...{ kpi, dimension, watch: createKeyWatch(), resumedAt: Number.POSITIVE_INFINITY },
    })),
  )
  const columnOf = ({ formula }: Kpi): number => measures.columnsOf(formula)[0] ?? 0

  /** Gives each watch its keys; a dimension that no event of the KPI has is left out. */
  function each(
    panes: ReadonlyMap<Dimension, Pane>,
    cell: Cell | undefined,
    use: (one: Watched, counts: ReadonlyMap<string, number>, total: number) => void,
  ): void {
    for (const one of watched) {
      const pane = panes.get(one.dimension)
      const column = columnOf(one.kpi)
      if (pane !== undefined) use(one, countsIn(pane, column), cell?.counts[column] ?? 0)
    }
  }

  return {
    kpis,
    see(panes, cell, at) {
      const changes: KeyOfKpiChange[] = []
      each(panes, cell, ({ kpi, dimension, watch }, counts, total) => {
        const seen = watch.see(counts, total, at)
        if (seen === undefined) return
        changes.push({ kpi, of: { dimension, key: seen.key }, change: seen.change })
      })
      return changes.sort((a, b) => distance(b.change) - distance(a.change))
    },
    remember(panes, cell, { from, to }) {
      const span = { atMs: from, steps: (to - from) / STEP_MS }
      each(panes, cell, ({ watch, resumedAt }, counts, total) => {
        if (to <= resumedAt) watch.remember(counts, total, span)
      })
    },
    resume(kpi, { dimension, key }, mark) {
      const one = watched.find((each) => each.kpi === kpi && each.dimension === dimension)
      if (one === undefined) return
      one.watch.resume(key, mark)
      one.resumedAt = mark.since
    },
  }
}

/** The large ones first, the largest at the front. */
function countsIn(pane: Pane, column: number): Map<string, number> {
  let sum = 0
  for (let row = 0; row < pane.keys.length; row++) sum += countAt(pane, row, column)
  const large: [key: string, count: number][] = []
  const small: [key: string, count: number][] = []
  for (const [row, key] of pane.keys.entries()) {
    const count = countAt(pane, row, column)
    if (count === 0 || key === OTHER_KEY) continue
    if (count >= sum * LARGE_PART) large.push([key, count])
    else small.push([key, count])
  }
  large.sort((a, b) => b[1] - a[1])
  return new Map([...large, ...small])
}

const distance = (change: Change): number =>
  change.kind === 'none' ? 0 : Math.abs(Math.log(change.mark.factor))
