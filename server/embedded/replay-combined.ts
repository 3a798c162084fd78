import { createHash } from 'node:crypto'
import type { EventInput } from '../../lib/event.ts'
import { parseTime } from '../../lib/time.ts'
import { deviceOf } from './replay-device.ts'
import { cut, type ParsedLine, type ReplayEvent, skipped } from './replay-line.ts'

const QUOTED = '"((?:[^"\\\\]|\\\\.)*)"'
/** Fields after the user agent, which some servers add, are passed over. */
const COMBINED = new RegExp(
  `^(\\S+) \\S+ ([^["]+?) \\[([^\\]]+)\\] ${QUOTED} (\\d{3}) (\\d+|-) ${QUOTED} ${QUOTED}(?: .*)?$`,
)
const REQUEST = /^([A-Z]+) (\S.*?)(?: (HTTP\/\d(?:\.\d)?))?$/
const TIME = /^(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d:\d\d:\d\d) ([+-]\d\d)(\d\d)$/
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Files that belong to pages, feeds, and downloads: asked for, but not looked at as a page. */
const NOT_PAGES = new Set(
  (
    'css js mjs map json xml xsl rss atom txt ico png jpg jpeg gif svg webp avif bmp tif tiff ' +
    'woff woff2 ttf otf eot mp3 mp4 m4a m4v webm ogg ogv wav avi mov flv swf wasm ' +
    'pdf zip gz tgz bz2 xz tar rar 7z jar exe msi dmg iso deb rpm gem whl pcap csv log'
  ).split(' '),
)

/**
 * One line of the combined log format (Apache, nginx). It becomes one `request` event, and also one
 * `page_view` if all of these hold:
 * - the method is GET;
 * - the status is 200 to 299, or 304 (the visitor saw the copy the browser had kept);
 * - the path, which is the request target before the first `?` or `#`, is not a file that belongs to
 *   pages: the part of its last segment after the last dot, in small letters, is not in `NOT_PAGES`.
 *
 * `page` is that path, `visitor` the client's address, `referrer` the whole URL it sent. Ids come from the
 * line's text and number, so replaying a file again makes the same events, while two equal lines in one
 * file stay two requests. A line that does not match whole (torn, or not this format) is skipped.
 */
export function parseCombined(line: string, number: number): ParsedLine {
  if (line.trim() === '') return { kind: 'blank' }
  const match = COMBINED.exec(line)
  if (match === null) return skipped('not a whole line of the combined log format')
  const [, address, user, time, request, status, bytes, referrer, agent] = match as unknown as [
    string,
    ...string[],
  ]
  const at = combinedTime(time ?? '')
  if (at === undefined) return skipped(`not a time: ${time?.slice(0, 40)}`)

  const target = REQUEST.exec(request ?? '')
  const page = target === null ? undefined : pathOf(target[2] as string)
  const device = deviceOf(given(agent))
  const id = `${createHash('sha256').update(line).digest('hex').slice(0, 20)}:${number}`
  const common = {
    time: new Date(at).toISOString(),
    visitor: cut(address ?? ''),
    ...(page !== undefined && { page: cut(page) }),
    ...(given(referrer) !== undefined && { referrer: cut(given(referrer) as string) }),
    ...(device !== undefined && { device }),
  }
  const requested: EventInput = {
    id: `${id}:request`,
    type: 'request',
    ...common,
    status: Number(status),
    props: {
      ...(target === null ? { line: cut(request ?? '') } : { method: target[1] }),
      ...(bytes !== '-' && { bytes: Number(bytes) }),
      ...(given(agent) !== undefined && { agent: cut(agent as string) }),
      ...(given(user) !== undefined && { user: cut(user as string) }),
    },
  }
  const events: ReplayEvent[] = [{ event: requested, at }]
  if (target?.[1] === 'GET' && seen(Number(status)) && page !== undefined && isPage(page)) {
    events.push({ event: { id: `${id}:page_view`, type: 'page_view', ...common }, at })
  }
  return { kind: 'events', events, partitionKey: address }
}

const given = (field: string | undefined): string | undefined =>
  field === undefined || field === '-' || field === '' ? undefined : field

const seen = (status: number): boolean => (status >= 200 && status < 300) || status === 304

const pathOf = (target: string): string => target.split(/[?#]/, 1)[0] as string

function isPage(path: string): boolean {
  const file = path.slice(path.lastIndexOf('/') + 1)
  const dot = file.lastIndexOf('.')
  return dot < 0 || !NOT_PAGES.has(file.slice(dot + 1).toLowerCase())
}

/** "17/May/2015:10:05:03 +0000" */
function combinedTime(text: string): number | undefined {
  const match = TIME.exec(text)
  if (match === null) return undefined
  const [, day, name, year, clock, hours, minutes] = match
  const month = MONTHS.indexOf(name as string) + 1
  if (month === 0) return undefined
  return parseTime(`${year}-${String(month).padStart(2, '0')}-${day}T${clock}${hours}:${minutes}`)
}
