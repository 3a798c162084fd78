import type { Point } from './frames.ts'

/** A step that late events came to after it was over. */
export interface Correction {
  /** Where it begins, epoch ms. */
  t: number
  /** All late events in it. */
  late: number
  /** When the last of them came, epoch ms. */
  at: number
}

/** A point of two values whose step was corrected has two more. */
export const corrected = (
  [t, value = null, other = null]: Point,
  { late, at }: Omit<Correction, 't'>,
): Point => [t, value, other, late, at]

export const correctionsIn = (points: readonly Point[]): Correction[] =>
  points.flatMap(([t, , , late, at]) =>
    typeof late === 'number' && typeof at === 'number' ? [{ t, late, at }] : [],
  )
