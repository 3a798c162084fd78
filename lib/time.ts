import type { Brand } from './brand.ts'

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = Brand<number, 'EpochMs'>

export const epochMs = (ms: number): EpochMs => ms as EpochMs

export const SECOND_MS = 1_000
export const MINUTE_MS = 60_000
export const HOUR_MS = 3_600_000
export const DAY_MS = 86_400_000

/**
 * Earliest and latest times accepted: 1970, and 2286-11-20T17:46:39.999Z, the last that 13 digits of milliseconds and 10
 * of seconds hold.
 */
const EARLIEST_MS = 0
export const LATEST_MS = 9_999_999_999_999

/** What epoch times are counted in: their magnitudes do not overlap from 2001-09-09T01:46:40Z to `LATEST_MS`. */
const EPOCH_UNITS = [
  { name: 'seconds', from: 1e9, toMs: (n: number) => Math.floor(Math.round(n * 1e6) / 1e3) },
  { name: 'milliseconds', from: 1e12, toMs: Math.floor },
  { name: 'microseconds', from: 1e15, toMs: (n: number) => Math.floor(n / 1e3) },
  { name: 'nanoseconds', from: 1e18, toMs: (n: number) => Math.floor(n / 1e6) },
] as const
const [SECONDS, MILLISECONDS, ...FINER_UNITS] = EPOCH_UNITS
const TIMES_TEN = 10

const DAYS_IN_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/**
 * Reads an RFC 3339 date-time (offset required, of ±18:00 at most), or an epoch time: a number or its digits, with or
 * without a fraction, in seconds from 1e9 up to 1e10, in milliseconds from 1e12 up to 1e13, in microseconds from 1e15 up to
 * 1e16, in nanoseconds from 1e18 up to 1e19, the upper ends excluded. Whole milliseconds, rounded down, as far as a
 * float holds what is written: to the microsecond of seconds until 2242 and of microseconds until 2255, to 0.6 µs of
 * nanoseconds.
 * Returns undefined for anything else, which `timeProblem` explains: other numbers have no one meaning, and `Date.parse`
 * would guess at local times and at 31 February.
 * Every event has one, so it goes by character codes: a regular expression takes several times as long.
 */
export function parseTime(value: string | number): EpochMs | undefined {
  if (typeof value === 'number') return epochTime(value)
  if (!hasSeparators(value)) return EPOCH_TEXT.test(value) ? epochTime(Number(value)) : undefined
  // A part that is not two digits is NaN, and NaN passes none of these comparisons.
  const year = twoDigits(value, 0) * 100 + twoDigits(value, 2)
  const month = twoDigits(value, 5)
  const day = twoDigits(value, 8)
  const hour = twoDigits(value, 11)
  const minute = twoDigits(value, 14)
  const second = twoDigits(value, 17)
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  const lastDay = month === 2 && !leap ? 28 : (DAYS_IN_MONTH[month - 1] ?? 0)
  if (!(day >= 1 && day <= lastDay && hour <= 23 && minute <= 59 && second <= 60)) return undefined
  const zoneAt = endOfFraction(value)
  const leapSecond = second === 60
  const fraction = fractionMs(value, zoneAt)
  const ms = leapSecond && fraction >= 0 ? 999 : fraction
  const utcMs = Date.UTC(year, month - 1, day, hour, minute, leapSecond ? 59 : second)
  return inRange(utcMs + ms - offsetMs(value, zoneAt))
}

const EPOCH_TEXT = /^[1-9]\d{9,18}(?:\.\d+)?$/

function epochTime(value: number): EpochMs | undefined {
  // Nearly all are of these: the others are asked for last.
  if (isIn(MILLISECONDS, value)) return epochMs(MILLISECONDS.toMs(value))
  if (isIn(SECONDS, value)) return epochMs(SECONDS.toMs(value))
  const unit = FINER_UNITS.find((each) => isIn(each, value))
  return unit === undefined ? undefined : epochMs(unit.toMs(value))
}

const isIn = ({ from }: (typeof EPOCH_UNITS)[number], value: number): boolean =>
  value >= from && value < from * TIMES_TEN

const ZERO = 48
const [DOT, DASH, PLUS, COLON] = [46, 45, 43, 58] as const
/** T, t, and the space that many write instead. */
const [UPPER_T, LOWER_T, SPACE] = [84, 116, 32] as const
const [UPPER_Z, LOWER_Z] = [90, 122] as const
const SECONDS_END = 19

function hasSeparators(text: string): boolean {
  const between = text.charCodeAt(10)
  return (
    text.charCodeAt(4) === DASH &&
    text.charCodeAt(7) === DASH &&
    (between === UPPER_T || between === LOWER_T || between === SPACE) &&
    text.charCodeAt(13) === COLON &&
    text.charCodeAt(16) === COLON
  )
}

/** 0 to 9, or NaN. */
function digit(text: string, at: number): number {
  const value = text.charCodeAt(at) - ZERO
  return value >= 0 && value <= 9 ? value : Number.NaN
}

const twoDigits = (text: string, at: number): number => digit(text, at) * 10 + digit(text, at + 1)

/** Where the zone begins. */
function endOfFraction(text: string): number {
  if (text.charCodeAt(SECONDS_END) !== DOT) return SECONDS_END
  let at = SECONDS_END + 1
  while (digit(text, at) >= 0) at++
  return at
}

/** NaN for a point without digits. */
function fractionMs(text: string, end: number): number {
  if (end === SECONDS_END) return 0
  const first = SECONDS_END + 1
  if (end === first + 3) return digit(text, first) * 100 + twoDigits(text, first + 1)
  return end === first ? Number.NaN : Math.floor(Number(text.slice(SECONDS_END, end)) * SECOND_MS)
}

/** No clock of the world is further from UTC than 14 hours; more than 18 is a slip, as in java.time. */
const MAX_OFFSET_MS = 18 * HOUR_MS

/**
 * NaN for anything but Z and an offset of at most 18 hours, to the end of the text: +hh:mm of RFC 3339, +hhmm as strftime's
 * %z writes it, +hh as PostgreSQL does.
 */
function offsetMs(text: string, at: number): number {
  const sign = text.charCodeAt(at)
  const length = text.length - at
  if (sign === UPPER_Z || sign === LOWER_Z) return length === 1 ? 0 : Number.NaN
  if (sign !== PLUS && sign !== DASH) return Number.NaN
  const minutes = offsetMinutes(text, at, length)
  const ms = twoDigits(text, at + 1) * HOUR_MS + minutes * MINUTE_MS
  if (!(minutes <= 59 && ms <= MAX_OFFSET_MS)) return Number.NaN
  return sign === DASH ? -ms : ms
}

/** Those behind the hours of an offset, or NaN. */
function offsetMinutes(text: string, at: number, length: number): number {
  if (length === 6 && text.charCodeAt(at + 3) === COLON) return twoDigits(text, at + 4)
  if (length === 5) return twoDigits(text, at + 3)
  return length === 3 ? 0 : Number.NaN
}

/** What is wrong with what `parseTime` does not read, and what would do: "must be …". */
export function timeProblem(value: unknown): string {
  if (typeof value === 'number') return epochProblem(value)
  if (typeof value !== 'string') return MUST_BE
  if (/^-?\d+(?:\.\d+)?$/.test(value)) return epochProblem(Number(value))
  if (/^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?$/.test(value)) {
    return 'must be RFC 3339 with an offset: add Z where it is UTC, else one such as +01:00'
  }
  return MUST_BE
}

const MUST_BE =
  'must be RFC 3339 with an offset (Z, +01:00; 18 hours at most), or an epoch time in seconds, milliseconds, microseconds or nanoseconds'

/** Of a number between the units the next smaller one is what was meant, of a time before 2001. */
function epochProblem(value: number): string {
  const must = `must be an epoch time in seconds (10 digits), milliseconds (13), microseconds (16) or nanoseconds (19)`
  const meant = EPOCH_UNITS.find(({ from }) => value < from)
  if (meant === undefined || !(value >= 0)) return `${must}, or RFC 3339`
  const day = new Date(meant.toMs(value)).toISOString().slice(0, 'YYYY-MM-DD'.length)
  return `${must}; in ${meant.name} this is of ${day}, and times before September 2001 must be written in RFC 3339`
}

/** A time in the query of an address, where + means a space: who wrote +01:00 did not mean one. */
export const parseQueryTime = (text: string): EpochMs | undefined =>
  parseTime(text.replace(/ (\d\d(?::?\d\d)?)$/, '+$1'))

function inRange(ms: number): EpochMs | undefined {
  return ms >= EARLIEST_MS && ms <= LATEST_MS ? epochMs(ms) : undefined
}
