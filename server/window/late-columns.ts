import type { Kpi, KpiFormula } from '../../lib/kpis.ts'
import type { Measured, MeasureKind } from './measures.ts'

/**
 * What is counted of late events: for each KPI those that it is computed from. Of all late events together it would
 * be said of a KPI that it was corrected by events that are none of its own.
 */
export interface LateColumns {
  /** Equal ones have equal names: the store knows them by it. */
  readonly names: readonly string[]
  /** Throws where none is of the formula. */
  of(formula: KpiFormula): number
  /** Notes in a measured event that it came late. */
  note(event: Measured, arrivedAt: number): void
}

/** A column of a pane, and its measure's name. */
interface Column {
  kind: MeasureKind
  column: number
  name: string
}

export function createLateColumns(
  kpis: readonly Kpi[],
  columnsOf: (formula: KpiFormula) => readonly Column[],
): LateColumns {
  const nameOf = (some: readonly Column[]) => `late ${some.map(({ name }) => name).join(' | ')}`
  const named = new Map<string, readonly Column[]>()
  for (const { formula } of kpis) {
    const columns = columnsOf(formula)
    named.set(nameOf(columns), columns)
  }
  const [names, all] = [[...named.keys()], [...named.values()]]
  return {
    names,
    of(formula) {
      const name = nameOf(columnsOf(formula))
      const column = names.indexOf(name)
      if (column < 0) throw new Error(`no column counts "${name}"`)
      return column
    },
    note(event, arrivedAt) {
      const late: number[] = []
      for (let column = 0; column < all.length; column++) {
        if (isComputedFrom(all[column] as readonly Column[], event)) late.push(column)
      }
      event.late = late
      event.lateAt = arrivedAt
    },
  }
}

function isComputedFrom(some: readonly Column[], { size, columns }: Measured): boolean {
  for (const { kind, column } of some) {
    const at = columns[kind].indexOf(column)
    if (at >= 0 && at < size[kind]) return true
  }
  return false
}
