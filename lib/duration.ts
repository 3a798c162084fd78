import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from './time.ts'

const UNITS = { d: DAY_MS, h: HOUR_MS, m: MINUTE_MS, s: SECOND_MS } as const
type Unit = keyof typeof UNITS

const SHAPE = /^(\d{1,9})([smhd])$/

/** `90s`, `45m`, `6h`, `30d` in ms; undefined: it is none of these. */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit] = SHAPE.exec(text) ?? []
  return amount === undefined ? undefined : Number(amount) * UNITS[unit as Unit]
}

/** Whole seconds in the largest unit that needs no fraction: 5400000 → `90m`. */
export function durationText(ms: number): string {
  const units = Object.keys(UNITS) as Unit[]
  const unit = units.find((name) => ms >= UNITS[name] && ms % UNITS[name] === 0) ?? 's'
  return `${Math.round(ms / UNITS[unit])}${unit}`
}
