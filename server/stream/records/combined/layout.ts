import type { EpochMs } from '../../../../lib/time.ts'
import { CLIENT, type Front, readFront } from './front.ts'
import { logTime } from './log-time.ts'
import { type LogField, type Misfit, misfit } from './misfit.ts'
import { type Rest, readRest } from './rest.ts'

/**
 * The layouts of an access log's line:
 *
 *     [host[:port] ]client[, client]* identity user [time] "request" status size[ "referrer" "agent"][ what follows]
 *
 * `front.ts` reads what stands before the time, `rest.ts` what follows; the fields between are here. The scan of bytes
 * (`../scan/log-line.ts`) only finds where these parts end, and has them read by the same functions; where it is not
 * sure of an end, it leaves the line to this reader.
 */
interface Form {
  field: LogField
  /** From behind a blank to the next one, or to the end; its first group is the text. */
  form: RegExp
  must: string
}

const quoted = () => /"([^"\\]*(?:\\.[^"\\]*)*)"(?= |$)/sy
const QUOTED = 'in double quotes, with a backslash before any quote in it'

const TIME: Form = {
  field: 'time',
  form: /\[([^\]]*)\](?= |$)/y,
  must: 'like [17/May/2015:10:05:03 +0000] or [17/May/2015:10:05:03.123 +0000]',
}
const FORMS: readonly Form[] = [
  { field: 'request', form: quoted(), must: QUOTED },
  { field: 'status', form: /([1-5]\d\d|000|-)(?= |$)/y, must: '100 to 599, 000, or a dash' },
  { field: 'size', form: /(\d+|-)(?= |$)/y, must: 'a number of bytes, or a dash' },
]
const ORIGIN: readonly Form[] = [
  { field: 'referrer', form: quoted(), must: QUOTED },
  { field: 'agent', form: quoted(), must: QUOTED },
]
const TIME_BEGINS = / \[\d\d\//

/**
 * In characters. Servers allow some 8,000 for a request, a referrer, a user agent and a forwarded-for header each, and
 * write four for one that they escape. It takes 25 ms at most to read.
 */
export const MAX_LINE_LENGTH = 256 * 1024

export interface LogTexts {
  kind: 'texts'
  front: Front
  at: EpochMs
  request: string
  status: string
  size: string
  /** undefined: the line ends with its size, as in the common log format, or other fields follow it. */
  referrer: string | undefined
  agent: string | undefined
  rest: Rest
}

/** undefined: it does not even look like a line of a log. */
export function readLine(line: string): LogTexts | Misfit | undefined {
  const frontEnd = line.search(TIME_BEGINS)
  if (frontEnd < 0) return withoutTime(line)
  const front = readFront(line.slice(0, frontEnd))
  if (front.kind === 'misfit') return front
  const texts: string[] = []
  const timeEnd = readForms([TIME], line, frontEnd, texts)
  if (typeof timeEnd !== 'number') return timeEnd
  const [time = ''] = texts
  const at = logTime(time)
  if (at === undefined) return misfit('time', TIME.must, `[${time}]`)
  const sizeEnd = readForms(FORMS, line, timeEnd, texts)
  if (typeof sizeEnd !== 'number') return sizeEnd
  const hasOrigin = line.slice(sizeEnd).trimStart().startsWith('"')
  const end = hasOrigin ? readForms(ORIGIN, line, sizeEnd, texts) : sizeEnd
  if (typeof end !== 'number') return end
  const rest = readRest(line.slice(end))
  if (rest.kind === 'misfit') return rest
  const [, request = '', status = '', size = '', referrer, agent] = texts
  return { kind: 'texts', front, at, request, status, size, referrer, agent, rest }
}

/** Adds their texts and answers where the last of them ends. */
function readForms(
  forms: readonly Form[],
  line: string,
  from: number,
  texts: string[],
): number | Misfit {
  let at = from
  for (const { field, form, must } of forms) {
    form.lastIndex = at + 1
    const match = line[at] === ' ' ? form.exec(line) : null
    if (match === null) return misfit(field, must, line.slice(at + 1))
    texts.push(match[1] as string)
    at = form.lastIndex
  }
  return at
}

/** `… +0000] "GET`: the end of a time, and a request. */
const TIME_ENDS = '] "'
const CLOCK = /\d:\d\d/

/** A line that has its time in another form, or lost its beginning. */
function withoutTime(line: string): Misfit | undefined {
  const end = line.indexOf(TIME_ENDS)
  if (end < 0) return undefined
  const begin = line.lastIndexOf('[', end)
  const time = line.slice(begin + 1, end)
  if (!CLOCK.test(time)) return undefined
  return begin > 0 ? misfit('time', TIME.must, `[${time}]`) : misfit('client', CLIENT, '')
}
