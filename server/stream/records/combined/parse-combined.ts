import { cutText, type EventInput } from '../../../../lib/event.ts'
import type { EpochMs } from '../../../../lib/time.ts'
import { deviceOf } from './device.ts'
import { isPage } from './is-page.ts'
import { type LogTexts, MAX_LINE_LENGTH, readLine } from './layout.ts'
import { isPageView, type LogLine, NO_SIZE, propsOf, visitorOf } from './log-line.ts'
import { misfitText } from './misfit.ts'

/** What one line of an access log says. */
export type CombinedLine =
  | {
      kind: 'events'
      events: EventInput[]
      at: EpochMs
      visitor: string | undefined
      /** It has fields that were passed over. */
      partlyRead: boolean
    }
  /** `ofLog`: it is a line of a log, but one field of it does not fit. */
  | { kind: 'skipped'; reason: string; ofLog: boolean }

const REQUEST = /^([A-Z]+) (\S.*?)(?: (HTTP\/\d(?:\.\d)?))?$/

/**
 * One line of an access log (Apache, nginx, Traefik; `layout.ts` says in which layouts), without its end. It becomes one
 * `request` event, and also one `page_view` if all of these hold:
 * - the method is GET;
 * - the status is 200 to 299, or 304 (the visitor saw the copy the browser had kept);
 * - the path, which is the request target before the first `?` or `#`, is not a file that belongs to pages.
 *
 * `page` is that path, `visitor` the client's address, `referrer` the whole URL it sent. The line brings no id, so the
 * events have none. A line of which a field does not fit (torn, or another layout) is skipped.
 */
export function parseCombined(line: string): CombinedLine {
  if (line.length > MAX_LINE_LENGTH) {
    return skipped(`longer than a line of a log, ${MAX_LINE_LENGTH} characters`, false)
  }
  const texts = readLine(line)
  if (texts === undefined) return skipped('not a line of an access log', false)
  if (texts.kind === 'misfit') return skipped(misfitText(texts), true)
  const read = meaningOf(texts)
  return {
    kind: 'events',
    events: eventsOf(read),
    at: texts.at,
    visitor: visitorOf(read),
    partlyRead: texts.rest.hasMore,
  }
}

const skipped = (reason: string, ofLog: boolean): CombinedLine => ({
  kind: 'skipped',
  reason,
  ofLog,
})

function meaningOf({ front, at, request, status, size, referrer, agent, rest }: LogTexts): LogLine {
  const [, method, target] = REQUEST.exec(request) ?? []
  const page = target?.split(/[?#]/, 1)[0]
  const givenAgent = given(agent)
  return {
    front,
    time: at,
    method,
    odd: method === undefined ? given(request) : undefined,
    page: page === undefined ? undefined : cutText(page),
    isPage: page !== undefined && isPage(page),
    // nginx writes 000 where it ended the connection and answered nothing.
    status: status === '-' || status === '000' ? undefined : Number(status),
    size: size === '-' ? NO_SIZE : Number(size),
    referrer: given(referrer),
    agent: givenAgent,
    device: deviceOf(givenAgent),
    rest,
  }
}

const given = (text: string | undefined): string | undefined =>
  text === undefined || text === '-' || text === '' ? undefined : cutText(text)

function eventsOf(line: LogLine): EventInput[] {
  const { time, page, referrer, device, status, rest } = line
  const visitor = visitorOf(line)
  const common = {
    time: new Date(time).toISOString(),
    ...(visitor !== undefined && { visitor }),
    ...(page !== undefined && { page }),
    ...(referrer !== undefined && { referrer }),
    ...(device !== undefined && { device }),
  }
  const request: EventInput = {
    type: 'request',
    ...common,
    ...(status !== undefined && { status }),
    ...(rest.durationMs !== undefined && { duration_ms: rest.durationMs }),
    props: propsOf(line),
  }
  return isPageView(line) ? [request, { type: 'page_view', ...common }] : [request]
}
