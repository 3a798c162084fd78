import { type EpochMs, parseTime } from '../../../../lib/time.ts'

const TIME =
  /^(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))? ([+-]\d\d)(\d\d)$/
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `17/May/2015:10:05:03 +0000`, perhaps with a fraction behind a point or a comma, of which ms are kept. */
export function logTime(text: string): EpochMs | undefined {
  const match = TIME.exec(text)
  if (match === null) return undefined
  const [, day, name, year, clock, fraction = '0', hours, minutes] = match
  const month = MONTHS.indexOf(name as string) + 1
  if (month === 0) return undefined
  const date = `${year}-${String(month).padStart(2, '0')}-${day}`
  return parseTime(`${date}T${clock}.${fraction}${hours}:${minutes}`)
}
