import { cutText, type EventInput } from '../../../../lib/event.ts'
import { type EpochMs, parseTime } from '../../../../lib/time.ts'
import { deviceOf } from './device.ts'
import { isPage } from './is-page.ts'

/** In characters. Servers allow some 8,000 for a request, a referrer and a user agent each. */
export const MAX_LINE_LENGTH = 1024 * 1024

/** What one line of a combined log says. */
export type CombinedLine =
  | { kind: 'events'; events: EventInput[]; at: EpochMs; address: string }
  | { kind: 'skipped'; reason: string }

const QUOTED = '"((?:[^"\\\\]|\\\\.)*)"'
/** Fields after the user agent, which some servers add, are passed over. */
const COMBINED = new RegExp(
  `^(\\S+) \\S+ ([^["]+?) \\[([^\\]]+)\\] ${QUOTED} (\\d{3}) (\\d+|-) ${QUOTED} ${QUOTED}(?: .*)?$`,
)
const REQUEST = /^([A-Z]+) (\S.*?)(?: (HTTP\/\d(?:\.\d)?))?$/
const TIME = /^(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d:\d\d:\d\d) ([+-]\d\d)(\d\d)$/
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/**
 * One line of the combined log format (Apache, nginx), without its end. It becomes one `request` event, and also
 * one `page_view` if all of these hold:
 * - the method is GET;
 * - the status is 200 to 299, or 304 (the visitor saw the copy the browser had kept);
 * - the path, which is the request target before the first `?` or `#`, is not a file that belongs to pages.
 *
 * `page` is that path, `visitor` the client's address, `referrer` the whole URL it sent. The line brings no id, so the
 * events have none. A line that does not match whole (torn, or not this format) is skipped.
 */
export function parseCombined(line: string): CombinedLine {
  if (line.length > MAX_LINE_LENGTH) return skipped('too long for a line of a log')
  const match = COMBINED.exec(line)
  if (match === null) return skipped('not a whole line of the combined log format')
  const [, address, user, time, request, status, bytes, referrer, agent] = match as unknown as [
    string,
    string,
    ...string[],
  ]
  const at = combinedTime(time ?? '')
  if (at === undefined) return skipped(`not a time: ${time?.slice(0, 40)}`)

  const target = REQUEST.exec(request ?? '')
  const page = target === null ? undefined : pathOf(target[2] as string)
  const device = deviceOf(given(agent))
  const common = {
    time: new Date(at).toISOString(),
    visitor: cutText(address),
    ...(page !== undefined && { page: cutText(page) }),
    ...(given(referrer) !== undefined && { referrer: cutText(referrer as string) }),
    ...(device !== undefined && { device }),
  }
  const requested: EventInput = {
    type: 'request',
    ...common,
    status: Number(status),
    props: {
      ...(target === null ? { line: cutText(request ?? '') } : { method: target[1] }),
      ...(bytes !== '-' && { bytes: Number(bytes) }),
      ...(given(agent) !== undefined && { agent: cutText(agent as string) }),
      ...(given(user) !== undefined && { user: cutText(user as string) }),
    },
  }
  const events: EventInput[] = [requested]
  if (target?.[1] === 'GET' && isSeen(Number(status)) && page !== undefined && isPage(page)) {
    events.push({ type: 'page_view', ...common })
  }
  return { kind: 'events', events, at, address }
}

const skipped = (reason: string): CombinedLine => ({ kind: 'skipped', reason })

const given = (field: string | undefined): string | undefined =>
  field === undefined || field === '-' || field === '' ? undefined : field

/** Whether the visitor got to see what was asked for. */
export const isSeen = (status: number): boolean => (status >= 200 && status < 300) || status === 304

const pathOf = (target: string): string => target.split(/[?#]/, 1)[0] as string

/** "17/May/2015:10:05:03 +0000" */
export function combinedTime(text: string): EpochMs | undefined {
  const match = TIME.exec(text)
  if (match === null) return undefined
  const [, day, name, year, clock, hours, minutes] = match
  const month = MONTHS.indexOf(name as string) + 1
  if (month === 0) return undefined
  return parseTime(`${year}-${String(month).padStart(2, '0')}-${day}T${clock}${hours}:${minutes}`)
}
