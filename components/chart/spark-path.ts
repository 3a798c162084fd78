import type { Point } from '../../lib/frames.ts'

export interface SparkShape {
  column: number
  width: number
  height: number
  to?: number | undefined
  spanMs?: number | undefined
  openFrom?: number | undefined
}

/** Keeps the stroke inside the picture. */
const INSET = 1.5

/**
 * SVG paths of a line between 0 and the largest value, or the smallest and the largest where some lie below 0, and of the area
 * between it and 0. A missing value is a gap.
 */
export function sparkPaths(
  points: readonly Point[],
  { column, width, height, to, spanMs, openFrom = Number.POSITIVE_INFINITY }: SparkShape,
): { line: string; area: string } {
  const finished = points.filter((point) => point[0] < openFrom)
  const end = to ?? finished.at(-1)?.[0] ?? 0
  const start = spanMs === undefined ? (finished[0]?.[0] ?? 0) : end - spanMs
  const shown = finished.filter((point) => point[0] >= start && point[0] <= end)
  const values = shown.map((point) => point[column] ?? 0)
  const [top, bottom] = [Math.max(0, ...values), Math.min(0, ...values)]
  if (shown.length === 0 || end <= start) return { line: '', area: '' }

  const x = (t: number) => round(((t - start) / (end - start)) * width)
  const part = (value: number) => (top === bottom ? 0 : (value - bottom) / (top - bottom))
  const y = (value: number) => round(height - INSET - part(value) * (height - 2 * INSET))
  const ground = bottom < 0 ? y(0) : height
  const line: string[] = []
  const area: string[] = []
  let run: string[] = []
  const finish = (last: number | undefined) => {
    if (run.length > 1 && last !== undefined) {
      line.push(`M${run.join('L')}`)
      const first = run[0]?.split(' ')[0] ?? '0'
      area.push(`M${first} ${ground}L${run.join('L')}L${x(last)} ${ground}Z`)
    }
    run = []
  }
  let last: number | undefined
  for (const point of shown) {
    const value = point[column]
    if (value === null || value === undefined) finish(last)
    else run.push(`${x(point[0])} ${y(value)}`)
    last = value === null || value === undefined ? undefined : point[0]
  }
  finish(last)
  return { line: line.join(''), area: area.join('') }
}

const round = (value: number): number => Math.round(value * 10) / 10
