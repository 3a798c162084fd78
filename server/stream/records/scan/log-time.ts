import { DAY_MS, HOUR_MS, LATEST_MS, MINUTE_MS, SECOND_MS } from '../../../../lib/time.ts'
import { combinedTime } from '../combined/parse-combined.ts'
import { latin1 } from './latin1.ts'
import { isDigit } from './number.ts'
import { Byte, type Source } from './source.ts'

/** Reads `[17/May/2015:10:05:03 +0000] `, whose bracket is at `from`, in epoch ms; NaN: the scan gives up. */
export function createLogTimeScan(source: Source): (from: number) => number {
  const [hourMs, minuteMs, secondMs] = [HOUR_MS, MINUTE_MS, SECOND_MS]
  const { bytes, words } = source
  const clockAt = '[17/May/2015:'.length
  const zoneAt = '[17/May/2015:10:05:03'.length
  const endAt = '[17/May/2015:10:05:03 +0000'.length
  /** "17/May/2015:" and " +0000] " as words, and when that day began: the next line's is seldom another. */
  const day = { first: 0, second: 0, third: 0, zone: 0, end: 0, fromMs: 0 }

  const isSameDay = (from: number): boolean =>
    words.getInt32(from + 1, true) === day.first &&
    words.getInt32(from + 5, true) === day.second &&
    words.getInt32(from + 9, true) === day.third &&
    words.getInt32(from + zoneAt, true) === day.zone &&
    words.getInt32(from + zoneAt + 4, true) === day.end

  /** false: it is no day of which every time is one that is accepted. */
  function remember(from: number): boolean {
    const isFramed =
      bytes[from + clockAt - 1] === Byte.colon &&
      bytes[from + endAt] === Byte.closeBracket &&
      bytes[from + endAt + 1] === Byte.space
    if (!isFramed) return false
    const date = latin1(bytes, from + 1, from + clockAt - 1)
    const zone = latin1(bytes, from + zoneAt, from + endAt)
    const fromMs = combinedTime(`${date}:00:00:00${zone}`)
    if (fromMs === undefined || fromMs + DAY_MS > LATEST_MS) return false
    day.first = words.getInt32(from + 1, true)
    day.second = words.getInt32(from + 5, true)
    day.third = words.getInt32(from + 9, true)
    day.zone = words.getInt32(from + zoneAt, true)
    day.end = words.getInt32(from + zoneAt + 4, true)
    day.fromMs = fromMs
    return true
  }

  /** More than any part of a time, where it is no digit. */
  function digit(at: number): number {
    const byte = bytes[at] as number
    return isDigit(byte) ? byte - Byte.zero : 1_000
  }

  const pair = (at: number): number => 10 * digit(at) + digit(at + 1)

  return function scanLogTime(from) {
    if (!isSameDay(from) && !remember(from)) return Number.NaN
    const hours = pair(from + clockAt)
    const minutes = pair(from + clockAt + 3)
    const seconds = pair(from + clockAt + 6)
    if (hours > 23 || minutes > 59 || seconds > 59) return Number.NaN
    const hasColons =
      bytes[from + clockAt + 2] === Byte.colon && bytes[from + clockAt + 5] === Byte.colon
    if (!hasColons) return Number.NaN
    return day.fromMs + hours * hourMs + minutes * minuteMs + seconds * secondMs
  }
}
