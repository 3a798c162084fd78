import type { PaneRef } from './decompose.ts'
import type { PlacedRef } from './held.ts'
import { levelAt } from './levels.ts'
import type { PaneDimension } from './pane-dimension.ts'
import type { TimeRange } from './window-range.ts'

/** Panes that lack something for good, because what was stored of them was damaged. There are none as a rule. */
export interface LostPanes {
  add(place: PlacedRef): void
  has(place: PaneRef, dimension: PaneDimension): boolean
  of(dimension: PaneDimension): readonly PaneRef[]
}

export function createLostPanes(): LostPanes {
  const byDimension = new Map<PaneDimension, Map<string, PaneRef>>()
  return {
    add({ level, dimension, start }) {
      const known = byDimension.get(dimension) ?? new Map<string, PaneRef>()
      byDimension.set(dimension, known.set(nameOf({ level, start }), { level, start }))
    },
    has: (place, dimension) => byDimension.get(dimension)?.has(nameOf(place)) === true,
    of: (dimension) => [...(byDimension.get(dimension)?.values() ?? [])],
  }
}

const nameOf = ({ level, start }: PaneRef): string => `${level} ${start}`

/** The stretches of time of panes; those that touch are one. */
export function stretchesOf(panes: readonly PaneRef[]): TimeRange[] {
  const stretches: TimeRange[] = []
  for (const { level, start } of panes.toSorted((a, b) => a.start - b.start)) {
    const to = start + levelAt(level).ms
    const last = stretches.at(-1)
    if (last === undefined || start > last.to) stretches.push({ from: start, to })
    else last.to = Math.max(last.to, to)
  }
  return stretches
}
