import {
  DAY_MS,
  type EpochMs,
  epochMs,
  HOUR_MS,
  LATEST_MS,
  MINUTE_MS,
  parseTime,
  SECOND_MS,
} from '../../../../lib/time.ts'
import { latin1 } from './latin1.ts'
import { isDigit } from './number.ts'
import { Byte, firstOf, type Source } from './source.ts'

/** RFC 3339 or an epoch time; undefined: the scan gives up. */
export function createTimeScan(
  source: Source,
  scan: { number: () => number; text: () => string | undefined },
): () => EpochMs | undefined {
  const [hourMs, minuteMs, secondMs] = [HOUR_MS, MINUTE_MS, SECOND_MS]
  const dayLength = '2026-11-24T'.length
  const { bytes, words } = source
  /** The characters of a day, "2026-11-24T", as words, and when it began: the next event's is seldom another. */
  const day = { first: 0, second: 0, third: 0, fromMs: 0 }

  /** More than any part of a time, where it is no digit. */
  function digit(at: number): number {
    const byte = bytes[at] as number
    return isDigit(byte) ? byte - Byte.zero : 1_000
  }

  const pair = (at: number): number => 10 * digit(at) + digit(at + 1)

  const isSameDay = (at: number): boolean =>
    words.getInt32(at, true) === day.first &&
    words.getInt32(at + 4, true) === day.second &&
    firstOf(words.getInt32(at + 8, true), 3) === day.third

  /** Where every time of the day is one that is accepted. */
  function remember(text: string, at: number): void {
    const fromMs = parseTime(`${text.slice(0, dayLength)}00:00:00Z`)
    if (fromMs === undefined || fromMs + DAY_MS > LATEST_MS) return
    day.first = words.getInt32(at, true)
    day.second = words.getInt32(at + 4, true)
    day.third = firstOf(words.getInt32(at + 8, true), 3)
    day.fromMs = fromMs
  }

  /** `"2026-11-24T03:50:38.123Z"`, and the same without a fraction. undefined, and nothing is read: another form. */
  function utc(): EpochMs | undefined {
    const from = source.at + 1
    if (!isSameDay(from)) return undefined
    const hours = pair(from + 11)
    const minutes = pair(from + 14)
    const seconds = pair(from + 17)
    if (hours > 23 || minutes > 59 || seconds > 59) return undefined
    if (bytes[from + 13] !== Byte.colon || bytes[from + 16] !== Byte.colon) return undefined
    const hasMillis = bytes[from + 19] === Byte.dot
    const millis = hasMillis ? 10 * pair(from + 20) + digit(from + 22) : 0
    const end = from + (hasMillis ? 23 : 19)
    if (millis >= 1_000 || bytes[end] !== Byte.upperZ || bytes[end + 1] !== Byte.quote) {
      return undefined
    }
    source.at = end + 2
    return epochMs(day.fromMs + hours * hourMs + minutes * minuteMs + seconds * secondMs + millis)
  }

  function anyText(): EpochMs | undefined {
    const from = source.at + 1
    const text = scan.text()
    const time = text === undefined ? undefined : parseTime(text)
    if (text !== undefined && time !== undefined) remember(text, from)
    return time
  }

  /** Of more digits than a float surely holds, such as nanoseconds: as JSON.parse reads them. NaN: another form. */
  function longNumber(): number {
    const from = source.at
    if (bytes[from] === Byte.zero) return Number.NaN
    let to = from
    while (isDigit(bytes[to] as number)) to++
    if (to === from) return Number.NaN
    source.at = to
    return Number(latin1(bytes, from, to))
  }

  return function scanTime() {
    if (bytes[source.at] === Byte.quote) return utc() ?? anyText()
    const short = scan.number()
    const value = Number.isNaN(short) ? longNumber() : short
    return Number.isNaN(value) ? undefined : parseTime(value)
  }
}
