import type { CrossedPair } from '../../lib/crossed.ts'
import type { MeasureSet } from './measures.ts'
import type { Pins } from './pins.ts'
import type { Retention } from './retention.ts'

/** What all panes of a stream have in common. */
export interface PaneOptions {
  measures: MeasureSet
  /** Pairs of dimensions that have panes of their own. */
  crossed: readonly CrossedPair[]
  pins: Pins
  retention: Retention
  /** See `Level.keys`, for panes of every level. */
  maxKeys?: number | undefined
}
