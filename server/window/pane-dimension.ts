import type { CrossedPair } from '../../lib/crossed.ts'
import { DIMENSIONS, type Dimension } from '../../lib/kpis.ts'
import { levelAt } from './levels.ts'
import type { MeasureSet } from './measures.ts'
import { keyedPane, type Pane, totalPane } from './pane.ts'

/** '' is the total over all events; with a star the pairs of keys of two dimensions. The store knows panes by it. */
export type PaneDimension = Dimension | '' | `${Dimension}*${Dimension}`

export const crossedDimension = ([one, other]: CrossedPair): PaneDimension => `${one}*${other}`

/** All dimensions that panes are kept in. */
export const paneDimensions = (crossed: readonly CrossedPair[]): readonly PaneDimension[] => [
  '',
  ...DIMENSIONS,
  ...crossed.map(crossedDimension),
]

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
