import type { Brand } from './brand.ts'

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = Brand<number, 'EpochMs'>

export const epochMs = (ms: number): EpochMs => ms as EpochMs

export const SECOND_MS = 1_000
export const MINUTE_MS = 60_000
export const HOUR_MS = 3_600_000
export const DAY_MS = 86_400_000

/** Earliest and latest event times accepted: years 1970 and 2200; anything else is a unit mistake. */
const EARLIEST_MS = 0
const LATEST_MS = 7_258_118_400_000

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/

const DAYS_IN_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/**
 * Reads an RFC 3339 date-time (offset required), or epoch milliseconds.
 * Returns undefined for anything else: `Date.parse` would guess at local times and at 31 February.
 */
export function parseTime(value: string | number): EpochMs | undefined {
  if (typeof value === 'number') return inRange(Math.floor(value))
  const match = RFC3339.exec(value)
  if (match === null) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  const lastDay = month === 2 && !leap ? 28 : (DAYS_IN_MONTH[month - 1] ?? 0)
  if (day < 1 || day > lastDay || hour > 23 || minute > 59 || second > 60) return undefined
  const leapSecond = second === 60
  const fractionMs = match[7] === undefined ? 0 : Math.floor(Number(match[7]) * 1_000)
  const utcMs = Date.UTC(year, month - 1, day, hour, minute, leapSecond ? 59 : second)
  return inRange(utcMs + (leapSecond ? 999 : fractionMs) - offsetMs(match[8] as string))
}

function offsetMs(zone: string): number {
  if (zone === 'Z' || zone === 'z') return 0
  const sign = zone.startsWith('-') ? -1 : 1
  return sign * (Number(zone.slice(1, 3)) * HOUR_MS + Number(zone.slice(4, 6)) * MINUTE_MS)
}

function inRange(ms: number): EpochMs | undefined {
  return ms >= EARLIEST_MS && ms <= LATEST_MS ? epochMs(ms) : undefined
}
