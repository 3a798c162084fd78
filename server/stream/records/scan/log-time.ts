import { DAY_MS, HOUR_MS, LATEST_MS, MINUTE_MS, SECOND_MS } from '../../../../lib/time.ts'
import { logTime } from '../combined/log-time.ts'
import { latin1 } from './latin1.ts'
import { isDigit } from './number.ts'
import { Byte, type Source } from './source.ts'

export interface LogTimeScan {
  /** Reads `[17/May/2015:10:05:03 +0000] `, or the same with `.123`, whose bracket is at `from`; NaN: the scan gives up. */
  at(from: number): number
  /** Where that ends, behind its space. */
  end(): number
}

export function createLogTimeScan(source: Source): LogTimeScan {
  const [hourMs, minuteMs, secondMs] = [HOUR_MS, MINUTE_MS, SECOND_MS]
  const { bytes, words } = source
  const clockAt = '[17/May/2015:'.length
  const secondsEnd = '[17/May/2015:10:05:03'.length
  const fractionLength = '.123'.length
  /** Of " +0000] ". */
  const zoneLength = 8
  /** "17/May/2015:" and " +0000] " as words, and when that day began: the next line's is seldom another. */
  const day = { first: 0, second: 0, third: 0, zone: 0, zoneEnd: 0, fromMs: 0 }
  let end = 0

  const isSameDay = (from: number, zoneAt: number): boolean =>
    words.getInt32(from + 1, true) === day.first &&
    words.getInt32(from + 5, true) === day.second &&
    words.getInt32(from + 9, true) === day.third &&
    words.getInt32(zoneAt, true) === day.zone &&
    words.getInt32(zoneAt + 4, true) === day.zoneEnd

  /** false: it is no day of which every time is one that is accepted. */
  function remember(from: number, zoneAt: number): boolean {
    const isFramed =
      bytes[from + clockAt - 1] === Byte.colon &&
      bytes[zoneAt + zoneLength - 2] === Byte.closeBracket &&
      bytes[zoneAt + zoneLength - 1] === Byte.space
    if (!isFramed) return false
    const date = latin1(bytes, from + 1, from + clockAt - 1)
    const zone = latin1(bytes, zoneAt, zoneAt + zoneLength - 2)
    const fromMs = logTime(`${date}:00:00:00${zone}`)
    if (fromMs === undefined || fromMs + DAY_MS > LATEST_MS) return false
    day.first = words.getInt32(from + 1, true)
    day.second = words.getInt32(from + 5, true)
    day.third = words.getInt32(from + 9, true)
    day.zone = words.getInt32(zoneAt, true)
    day.zoneEnd = words.getInt32(zoneAt + 4, true)
    day.fromMs = fromMs
    return true
  }

  /** More than any part of a time, where it is no digit. */
  function digit(at: number): number {
    const byte = bytes[at] as number
    return isDigit(byte) ? byte - Byte.zero : 1_000
  }

  const pair = (at: number): number => 10 * digit(at) + digit(at + 1)

  /** NaN: it is no point, or comma, with three digits behind it. */
  function fraction(at: number): number {
    if (bytes[at] !== Byte.dot && bytes[at] !== Byte.comma) return Number.NaN
    const millis = 10 * pair(at + 1) + digit(at + 3)
    return millis < 1_000 ? millis : Number.NaN
  }

  return {
    end: () => end,
    at(from) {
      const hasFraction = bytes[from + secondsEnd] !== Byte.space
      const zoneAt = from + secondsEnd + (hasFraction ? fractionLength : 0)
      if (!isSameDay(from, zoneAt) && !remember(from, zoneAt)) return Number.NaN
      const hours = pair(from + clockAt)
      const minutes = pair(from + clockAt + 3)
      const seconds = pair(from + clockAt + 6)
      if (hours > 23 || minutes > 59 || seconds > 59) return Number.NaN
      const hasColons =
        bytes[from + clockAt + 2] === Byte.colon && bytes[from + clockAt + 5] === Byte.colon
      if (!hasColons) return Number.NaN
      end = zoneAt + zoneLength
      const ms = day.fromMs + hours * hourMs + minutes * minuteMs + seconds * secondMs
      return hasFraction ? ms + fraction(from + secondsEnd) : ms
    },
  }
}
