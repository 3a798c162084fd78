import { absent, NONE } from './format.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from './time.ts'

/** A latency or a lag: 0.4 ms, 241 ms, 1.24 s, 3 min 20 s. */
export function millis(ms: number | null | undefined): string {
  if (absent(ms)) return NONE
  if (ms <= 0) return '0 ms'
  if (ms < 9.95) return `${ms.toFixed(1)} ms`
  if (ms < 999.5) return `${ms.toFixed(0)} ms`
  if (ms < 9_995) return `${(ms / SECOND_MS).toFixed(2)} s`
  if (ms < 59_950) return `${(ms / SECOND_MS).toFixed(1)} s`
  return duration(ms)
}

/** How long something took or has lasted, in its two largest units: 14 s, 3 min 20 s, 2 h 5 min, 3 d 4 h. */
export function duration(ms: number | null | undefined): string {
  if (absent(ms)) return NONE
  const seconds = Math.max(0, Math.floor(ms / SECOND_MS))
  const [d, h, min, s] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3_600) % 24,
    Math.floor(seconds / 60) % 60,
    seconds % 60,
  ] as [number, number, number, number]
  if (d > 0) return both(`${d} d`, h, 'h')
  if (h > 0) return both(`${h} h`, min, 'min')
  if (min > 0) return both(`${min} min`, s, 's')
  return `${s} s`
}

const both = (large: string, small: number, unit: string): string =>
  small === 0 ? large : `${large} ${small} ${unit}`

/** How old something is, in one unit: 0.4 s, 14 s, 3 min, 2 h, 5 d. What lies ahead is 0 s old. */
export function age(ms: number | null | undefined): string {
  if (absent(ms)) return NONE
  const past = Math.max(0, ms)
  if (past < 9_950) return `${(past / SECOND_MS).toFixed(1)} s`
  if (past < 59_500) return `${Math.round(past / SECOND_MS)} s`
  if (past < HOUR_MS) return `${Math.max(1, Math.floor(past / MINUTE_MS))} min`
  if (past < DAY_MS) return `${Math.floor(past / HOUR_MS)} h`
  return `${Math.floor(past / DAY_MS)} d`
}

/** `timeZone` undefined: where the reader is. IANA names. */
export interface ClockOptions {
  timeZone?: string
}

/** 10:42:05 */
export const clock = (t: number, options: ClockOptions = {}): string =>
  dateFormat('clock', options).format(t)

/** 10:42 */
export const clockShort = (t: number, options: ClockOptions = {}): string =>
  dateFormat('short', options).format(t)

/** "10:42:05" on the day of `now`, else "3 Feb, 10:42:05", in another year "3 Feb 2021, 10:42:05". */
export function moment(t: number, now: number, options: ClockOptions = {}): string {
  if (isSameDay(t, now, options)) return clock(t, options)
  const year = dateFormat('year', options)
  const kind = year.format(t) === year.format(now) ? 'dated' : 'datedYear'
  return dateFormat(kind, options).format(t)
}

export function isSameDay(a: number, b: number, options: ClockOptions = {}): boolean {
  const day = dateFormat('day', options)
  return day.format(a) === day.format(b)
}

/** "12 Jan 2021" */
export const date = (t: number, options: ClockOptions = {}): string =>
  dateFormat('date', options).format(t)

/** The whole of it, for hovers and copying: 2026-02-03T10:42:05.123Z */
export const exactTime = (t: number): string => new Date(t).toISOString()

const FORMATS = {
  clock: { hour: '2-digit', minute: '2-digit', second: '2-digit' },
  short: { hour: '2-digit', minute: '2-digit' },
  day: { year: 'numeric', month: '2-digit', day: '2-digit' },
  year: { year: 'numeric' },
  date: { day: 'numeric', month: 'short', year: 'numeric' },
  dated: {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  },
  datedYear: {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>

const dateFormats = new Map<string, Intl.DateTimeFormat>()

function dateFormat(kind: keyof typeof FORMATS, { timeZone }: ClockOptions): Intl.DateTimeFormat {
  const key = `${kind}|${timeZone ?? ''}`
  const known = dateFormats.get(key)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat('en-GB', {
    ...FORMATS[kind],
    hourCycle: 'h23',
    ...(timeZone !== undefined && { timeZone }),
  })
  dateFormats.set(key, made)
  return made
}
