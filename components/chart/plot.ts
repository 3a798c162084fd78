/** Where things lie in a chart, in px. Recharts draws with the same numbers, so that our cursor meets its lines. */
export interface Plot {
  left: number
  top: number
  width: number
  height: number
  from: number
  to: number
  /** Of the values; 0 where none lies below. */
  min: number
  max: number
}

export const AXIS_HEIGHT = 24
export const TOP = 10
export const RIGHT = 14
const CHARACTER_PX = 6.7

/** Wide enough for the longest label, in steps of 8 px so that it seldom changes. */
export function axisWidth(labels: readonly string[]): number {
  const longest = Math.max(0, ...labels.map((label) => label.length))
  return Math.max(40, Math.ceil((longest * CHARACTER_PX + 12) / 8) * 8)
}

export const plotX = (plot: Plot, t: number): number =>
  plot.left + ((t - plot.from) / (plot.to - plot.from)) * plot.width

export const plotY = ({ top, height, min, max }: Plot, value: number): number =>
  top + height - ((Math.min(Math.max(value, min), max) - min) / (max - min)) * height

export const timeAt = (plot: Plot, x: number): number =>
  plot.from + ((x - plot.left) / plot.width) * (plot.to - plot.from)
