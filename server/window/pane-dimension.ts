import { DIMENSIONS, type Dimension } from '../../lib/kpis.ts'
import { levelAt } from './levels.ts'
import type { MeasureSet } from './measures.ts'
import { keyedPane, type Pane, totalPane } from './pane.ts'

/** '' is the total over all events. */
export type PaneDimension = Dimension | ''

export const PANE_DIMENSIONS: readonly PaneDimension[] = ['', ...DIMENSIONS]

/** `keys`: another bound than the level's. */
export const newPane = (
  measures: MeasureSet,
  { level, dimension }: { level: number; dimension: PaneDimension },
  keys?: number,
): Pane =>
  dimension === '' ? totalPane(measures) : keyedPane(measures, keys ?? levelAt(level).keys)

/** A pane and its place. */
export interface PlacedPane {
  level: number
  dimension: PaneDimension
  start: number
  pane: Pane
}
