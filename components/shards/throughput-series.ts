import type { Point, ShardCell } from '../../lib/frames.ts'
import { MINUTE_MS, SECOND_MS } from '../../lib/time.ts'
import { isFinished } from './shard-list.ts'

/** More lines than colours that can be told apart help nobody. */
export const MOST_LINES = 8

/** The open shards to draw: all of them, or the busiest by their points; in the order of their ids. */
export function shardsToDraw(
  shards: readonly ShardCell[],
  pointsOf: (shardId: string) => readonly Point[],
  column: number,
): ShardCell[] {
  const live = shards.filter((shard) => !isFinished(shard))
  if (live.length <= MOST_LINES) return live
  const weight = new Map(live.map((shard) => [shard, sum(pointsOf(shard.shardId), column)]))
  const busiest = live.toSorted((a, b) => (weight.get(b) ?? 0) - (weight.get(a) ?? 0))
  const chosen = new Set(busiest.slice(0, MOST_LINES))
  return live.filter((shard) => chosen.has(shard))
}

const sum = (points: readonly Point[], column: number): number =>
  points.reduce((total, point) => total + (point[column] ?? 0), 0)

/** How long a step is, by the points: the shortest distance of two neighbours. 1 s where that cannot be said. */
export function stepOf(series: readonly (readonly Point[])[]): number {
  let step = Number.POSITIVE_INFINITY
  for (const points of series) {
    for (let at = 1; at < points.length; at += 1) {
      step = Math.min(step, (points[at]?.[0] ?? 0) - (points[at - 1]?.[0] ?? 0))
    }
  }
  return Number.isFinite(step) && step > 0 ? step : SECOND_MS
}

const LONGEST_SPAN = 15 * MINUTE_MS
const SPANS = [MINUTE_MS, 5 * MINUTE_MS, LONGEST_SPAN]

/** The shortest round span that holds every point. */
export function spanOf(series: readonly (readonly Point[])[]): number {
  const extent = Math.max(
    0,
    ...series.map((points) => (points.at(-1)?.[0] ?? 0) - (points[0]?.[0] ?? 0)),
  )
  return SPANS.find((span) => span >= extent) ?? LONGEST_SPAN
}

/** Averages of `factor` neighbouring steps, on whole multiples of the longer step so that they keep their places. */
export function coarser(points: readonly Point[], stepMs: number, factor: number): Point[] {
  if (factor <= 1) return [...points]
  const long = stepMs * factor
  const groups = new Map<number, Point[]>()
  for (const point of points) {
    const start = Math.floor(point[0] / long) * long
    const group = groups.get(start)
    if (group === undefined) groups.set(start, [point])
    else group.push(point)
  }
  return [...groups].map(([start, group]) => [start, average(group, 1), average(group, 2)] as const)
}

function average(points: readonly Point[], column: number): number | null {
  const values = points.map((point) => point[column] ?? null).filter((value) => value !== null)
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
}
