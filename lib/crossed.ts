import type { Catalog } from './kpi-catalog.ts'
import { DIMENSIONS, type Dimension } from './kpis.ts'
import type { Filter } from './view.ts'

/** Two dimensions whose keys are measured together, too: device mobile of account acme. In the order of `DIMENSIONS`. */
export type CrossedPair = readonly [Dimension, Dimension]

/**
 * What is crossed without anybody's doing: what an advertiser is taken apart by. Each pair costs time for every event
 * that has both fields, and memory; only ads have these.
 */
export const CROSSED: readonly CrossedPair[] = [
  ['campaign', 'account'],
  ['campaign', 'device'],
  ['account', 'device'],
]

const placeOf = (dimension: Dimension): number => DIMENSIONS.indexOf(dimension)

/** The two in their order. */
export const pairOf = (one: Dimension, other: Dimension): CrossedPair =>
  placeOf(one) <= placeOf(other) ? [one, other] : [other, one]

export const samePair = ([a, b]: CrossedPair, [c, d]: CrossedPair): boolean => a === c && b === d

export const isCrossed = (
  { crossed }: Pick<Catalog, 'crossed'>,
  one: Dimension,
  other: Dimension,
): boolean => crossed.some((pair) => samePair(pair, pairOf(one, other)))

/** The dimensions that can be combined with this one. */
export const crossedWith = (
  catalog: Pick<Catalog, 'crossed'>,
  dimension: Dimension,
): readonly Dimension[] => DIMENSIONS.filter((other) => isCrossed(catalog, dimension, other))

/** Which of the filters a list of this dimension can be restricted to: one at most, the first. */
export const restriction = (
  catalog: Pick<Catalog, 'crossed'>,
  filters: readonly Filter[],
  dimension: Dimension,
): Filter | undefined => filters.find((filter) => isCrossed(catalog, dimension, filter.dimension))

/** Filters in the order of their dimensions: what means the same is the same. */
export const inOrder = (filters: readonly Filter[]): Filter[] =>
  [...filters].sort((a, b) => placeOf(a.dimension) - placeOf(b.dimension))

/** "campaign and account" */
const pairText = ([one, other]: CrossedPair): string => `${one} and ${other}`

/** Why these dimensions cannot be asked about together, and what can be done; undefined: they can. */
export function crossedProblem(
  catalog: Pick<Catalog, 'crossed'>,
  dimensions: readonly Dimension[],
): string | undefined {
  const [one, other] = dimensions
  if (one === undefined || other === undefined) return undefined
  if (dimensions.length > 2) return 'at most two dimensions are crossed: leave one out'
  if (one === other) return `${one} is there twice: choose another dimension`
  if (isCrossed(catalog, one, other)) return undefined
  const pairs = catalog.crossed.map(pairText).join('; ')
  const known = pairs === '' ? 'none are' : `these are: ${pairs}`
  const wish = JSON.stringify(pairOf(one, other))
  return `${one} and ${other} are not crossed, ${known}. To add the pair, write "crossed": [${wish}] into kinesight.kpis.json and start again`
}
