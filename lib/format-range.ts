import type { ClockOptions } from './format-time.ts'
import type { FixedRange } from './period.ts'

/** A moment as a wall clock shows it. */
interface Wall {
  year: string
  month: string
  day: string
  weekday: string
  hour: string
  minute: string
  second: string
}

/** "Thu 12 Nov": a day, where its times are not needed. */
export const dayName = (t: number, options: ClockOptions = {}): string => {
  const { weekday, day, month } = wallOf(t, options)
  return `${weekday} ${day} ${month}`
}

/** "12 Nov, 09:00", and "12 Nov 2025, 09:00" in another year than that of `now`. */
export const dayTime = (t: number, now: number, options: ClockOptions = {}): string =>
  `${dateOf(t, now, options)}, ${timeOf(wallOf(t, options))}`

/** "12 Nov 09:00 – 14 Nov 18:00"; "Thu 12 Nov 09:00 – 18:00" within a day, and "Thu 12 Nov" for all of one. */
export function rangeWords(
  { from, to }: FixedRange,
  now: number,
  options: ClockOptions = {},
): string {
  const [begin, end] = [wallOf(from, options), wallOf(to, options)]
  const last = wallOf(to - 1, options)
  const year = begin.year === wallOf(now, options).year ? '' : ` ${begin.year}`
  if (sameDay(begin, last)) {
    const day = `${begin.weekday} ${begin.day} ${begin.month}${year}`
    const endTime = sameDay(begin, end) ? timeOf(end) : '24:00'
    const isWhole = timeOf(begin) === '00:00' && endTime === '24:00'
    return isWhole ? day : `${day} ${timeOf(begin)} – ${endTime}`
  }
  const word = (t: number, wall: Wall) => `${dateOf(t, now, options)} ${timeOf(wall)}`
  return `${word(from, begin)} – ${word(to, end)}`
}

/** A step of a chart: "09:00:05", "09:00 – 09:20", and with `dated` "Thu 12 Nov, 09:00 – 15:00". */
export function stepTimes(
  t: number,
  stepMs: number,
  { dated = false, ...options }: ClockOptions & { dated?: boolean } = {},
): string {
  const [begin, end] = [wallOf(t, options), wallOf(t + stepMs, options)]
  const clock = (wall: Wall) =>
    stepMs % 60_000 === 0 ? timeOf(wall) : `${timeOf(wall)}:${wall.second}`
  const day = dated ? `${dayName(t, options)}, ` : ''
  if (stepMs <= 1_000) return `${day}${clock(begin)}`
  const endDay = dated && !sameDay(begin, end) ? `${dayName(t + stepMs, options)}, ` : ''
  return `${day}${clock(begin)} – ${endDay}${clock(end)}`
}

/** The reader's zone: "Europe/Berlin". */
export const zoneName = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone

const dateOf = (t: number, now: number, options: ClockOptions): string => {
  const { day, month, year } = wallOf(t, options)
  return year === wallOf(now, options).year ? `${day} ${month}` : `${day} ${month} ${year}`
}

const timeOf = ({ hour, minute }: Wall): string => `${hour}:${minute}`

const sameDay = (a: Wall, b: Wall): boolean =>
  a.day === b.day && a.month === b.month && a.year === b.year

const formats = new Map<string, Intl.DateTimeFormat>()

function wallOf(t: number, { timeZone }: ClockOptions): Wall {
  const key = timeZone ?? ''
  let format = formats.get(key)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', {
      ...{ weekday: 'short', year: 'numeric', month: 'short', day: 'numeric' },
      ...{ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
      ...(timeZone !== undefined && { timeZone }),
    })
    formats.set(key, format)
  }
  return Object.fromEntries(
    format.formatToParts(t).map(({ type, value }) => [type, value]),
  ) as unknown as Wall
}

/** The days alone, for where there is little room: "12 Nov", "12 – 14 Nov", "30 Oct – 2 Nov". */
export function rangeDays({ from, to }: FixedRange, options: ClockOptions = {}): string {
  const [begin, last] = [wallOf(from, options), wallOf(to - 1, options)]
  const end = `${last.day} ${last.month}`
  if (sameDay(begin, last)) return end
  const isSameMonth = begin.month === last.month && begin.year === last.year
  return isSameMonth ? `${begin.day} – ${end}` : `${begin.day} ${begin.month} – ${end}`
}
