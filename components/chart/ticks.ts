/**
 * Whole-looking values for a y axis that holds 0, three to five of them: the last at or above `max`, the first at or below
 * `min`, which is 0 where nothing lies below.
 */
export function valueTicks(max: number, min = 0): number[] {
  if (min < 0 && Number.isFinite(max - min)) return ticksAcrossZero(Math.max(max, 0), min)
  if (!(max > 0) || !Number.isFinite(max)) return [0, 1]
  const step = roundStep(max / 4)
  const count = Math.max(2, Math.ceil(max / step - 1e-9))
  return Array.from({ length: count + 1 }, (_, index) => tidy(index * step))
}

function ticksAcrossZero(max: number, min: number): number[] {
  const step = roundStep((max - min) / 3)
  const [from, to] = [Math.floor(min / step + 1e-9), Math.ceil(max / step - 1e-9)]
  return Array.from({ length: to - from + 1 }, (_, index) => tidy((from + index) * step))
}

/** The smallest of 1, 2, 2.5, 5 × 10ⁿ that is not below `rough`. */
function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 2.5, 5, 10].find((each) => each * power >= rough * (1 - 1e-9)) ?? 10
  return step * power
}

const tidy = (value: number): number => Number(value.toPrecision(12))

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const TIME_STEPS = [
  SECOND,
  2 * SECOND,
  5 * SECOND,
  10 * SECOND,
  15 * SECOND,
  30 * SECOND,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
]
const DAY = 24 * HOUR
/** 1970 began on a Thursday: weeks are counted from the Monday before. */
const MONDAY = -3 * DAY
const DAY_STEPS = [DAY, 2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY, 56 * DAY, 84 * DAY]

/** How far apart ticks are, of which an axis has at most `most`. */
const tickStep = (span: number, most: number): number =>
  [...TIME_STEPS, ...DAY_STEPS].find((each) => span / each <= most) ?? (DAY_STEPS.at(-1) as number)

/**
 * Round local times within [from, to], at most `most` of them: whole days are local midnights, also where clocks are
 * put forward or back between. They stay where they are as the axis moves on. `offsetAt`: local time minus UTC.
 */
export function timeTicks(
  from: number,
  to: number,
  most: number,
  offsetAt: (t: number) => number,
): number[] {
  const span = to - from
  if (!(span > 0) || most < 1) return []
  const step = tickStep(span, most)
  const origin = step >= DAY ? MONDAY : 0
  const ticks: number[] = []
  const firstWall = Math.floor((from + offsetAt(from) - origin) / step) * step + origin
  for (let wall = firstWall; ; wall += step) {
    const t = momentOf(wall, offsetAt)
    if (t > to) return ticks
    if (t >= from && t !== ticks.at(-1)) ticks.push(t)
  }
}

/** What a time takes under an axis, px: where there is room, and where there is little. */
const TICK_PX = 96
const NARROW_TICK_PX = 52
/** So many times are worth their being close. */
const WORTH_BEING_CLOSE = 5
/** A time nearer to an end of the axis would be written past it, px. */
const LEFT_PX = 18
const RIGHT_PX = 14

/** How many times an axis of this width has at the most. */
export const mostTimes = (widthPx: number): number =>
  Math.max(widthPx / TICK_PX, Math.min(WORTH_BEING_CLOSE, widthPx / NARROW_TICK_PX))

/** Round local times that have room under an axis of `width` px. */
export function axisTimes(
  { from, to, width }: { from: number; to: number; width: number },
  offsetAt: (t: number) => number,
): number[] {
  return timeTicks(from, to, mostTimes(width), offsetAt).filter((t) => {
    const x = ((t - from) / (to - from)) * width
    return x > LEFT_PX && x < width - RIGHT_PX
  })
}

/** When the wall clock shows this; where it never does, the moment at which it jumps over it. */
function momentOf(wall: number, offsetAt: (t: number) => number): number {
  const guess = wall - offsetAt(wall)
  const t = wall - offsetAt(guess)
  return t + offsetAt(t) === wall ? t : Math.max(guess, t)
}

/** Whether a tick of this axis is a day rather than a time of day. */
export const isDayTick = (t: number, spanMs: number, offsetAt: (t: number) => number): boolean =>
  spanMs > 12 * HOUR && (t + offsetAt(t)) % DAY === 0

/** Whether times on an axis of this span need their seconds. */
export const needsSeconds = (spanMs: number, most: number): boolean => spanMs / most < 45 * SECOND

const NOUGHTS = /\.0+(?!\d)/
const LAST_NOUGHTS = /(\.\d*?)0+(?!\d)/

/**
 * Tick labels without decimals that say nothing: 50.0/s → 50/s, 2.50 % → 2.5 %.
 * What begins with a currency keeps its cents where any tick has some: $0.50, $1.00.
 */
export function withoutNoughts(labels: readonly string[]): string[] {
  if (labels.every((label) => !label.includes('.') || NOUGHTS.test(label))) {
    return labels.map((label) => label.replace(NOUGHTS, ''))
  }
  return labels.map((label) =>
    /^-?\d/.test(label) ? label.replace(NOUGHTS, '').replace(LAST_NOUGHTS, '$1') : label,
  )
}
