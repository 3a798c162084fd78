import { MAX_LINE_LENGTH } from '../combined/layout.ts'
import { type LogLine, NO_SIZE } from '../combined/log-line.ts'
import { NO_REST } from '../combined/rest.ts'
import { createLogTexts } from './log-texts.ts'
import { createLogTimeScan } from './log-time.ts'
import { isDigit } from './number.ts'
import { Byte, type Source } from './source.ts'

/**
 * Reads the line of an access log at `source.at` as `parseCombined` does, and moves behind its end. undefined, and
 * nothing was read: it is an unusual one, or none. What it answers is good until the next call.
 */
export function createLogLineScan(source: Source): () => LogLine | undefined {
  const noSize = NO_SIZE
  const noRest = NO_REST
  const maxDigits = 15
  const maxLength = MAX_LINE_LENGTH
  const odd = -1
  const slash = 0x2f
  const http = Buffer.from('HTTP').readInt32LE()
  const { bytes, words } = source
  const time = createLogTimeScan(source)
  const line = noLine()
  const texts = createLogTexts(source, line)

  // Each reads a part of the line from `at` on into `line`, and answers where the next begins; `odd`: give up.

  /** `83.149.9.216 - - [17/May/2015:10:05:03 +0000] ` */
  function scanFront(at: number): number {
    const bracket = texts.front(at)
    if (bracket === odd) return odd
    line.time = time.at(bracket)
    return Number.isNaN(line.time) ? odd : time.end()
  }

  /** `"GET /a/page?b=c HTTP/1.1" ` */
  function scanRequest(at: number): number {
    if (bytes[at] !== Byte.quote) return odd
    const methodEnd = texts.method(at + 1)
    if (methodEnd === odd) return odd
    const targetEnd = texts.target(methodEnd + 1)
    if (targetEnd === odd) return odd
    const quote = endOfRequest(targetEnd)
    return quote === odd || bytes[quote + 1] !== Byte.space ? odd : quote + 2
  }

  /** The quote that ends the request whose target ends at `at`. */
  function endOfRequest(at: number): number {
    if (bytes[at] === Byte.quote) return at
    if (words.getInt32(at + 1, true) !== http || bytes[at + 5] !== slash) return odd
    if (!isDigit(bytes[at + 6] as number)) return odd
    if (bytes[at + 7] === Byte.quote) return at + 7
    const hasMinor = bytes[at + 7] === Byte.dot && isDigit(bytes[at + 8] as number)
    return hasMinor && bytes[at + 9] === Byte.quote ? at + 9 : odd
  }

  /** More than any status, where it is no digit. */
  function digit(at: number): number {
    const byte = bytes[at] as number
    return isDigit(byte) ? byte - Byte.zero : 1_000
  }

  /** `200 5120`: it ends where that does. */
  function scanAnswer(from: number): number {
    const status = 100 * digit(from) + 10 * digit(from + 1) + digit(from + 2)
    if (status < 100 || status >= 600 || bytes[from + 3] !== Byte.space) return odd
    line.status = status
    const at = from + 4
    if (bytes[at] === Byte.minus) {
      line.size = noSize
      return at + 1
    }
    let end = at
    let size = 0
    for (let byte = bytes[end] as number; isDigit(byte); byte = bytes[++end] as number) {
      size = size * 10 + byte - Byte.zero
    }
    line.size = size
    return end === at || end - at > maxDigits ? odd : end
  }

  /** ` "https://a.example/" "Mozilla/5.0 …"`: it ends where that does, or at once where there is none. */
  function scanOrigin(at: number): number {
    if (bytes[at] === Byte.space && bytes[at + 1] === Byte.quote) {
      const quote = texts.referrer(at + 2)
      if (quote === odd || bytes[quote + 1] !== Byte.space || bytes[quote + 2] !== Byte.quote)
        return odd
      const end = texts.agent(quote + 3)
      return end === odd ? odd : end + 1
    }
    line.referrer = undefined
    line.agent = undefined
    line.device = undefined
    return bytes[at] === Byte.space && bytes[at + 1] === Byte.space ? odd : at
  }

  /** Whatever else is on the line, and its end. */
  function scanEnd(from: number): number {
    let at = from
    line.rest = noRest
    if (bytes[at] === Byte.space) at = texts.rest(at)
    if (at === odd) return odd
    if (bytes[at] === Byte.return) at++
    if (bytes[at] === Byte.newline) return at + 1
    return at === source.length ? at : odd
  }

  return function scanLogLine() {
    let at = scanFront(source.at)
    if (at !== odd) at = scanRequest(at)
    if (at !== odd) at = scanAnswer(at)
    if (at !== odd) at = scanOrigin(at)
    if (at !== odd) at = scanEnd(at)
    if (at === odd || at - source.at > maxLength) return undefined
    source.at = at
    return line
  }
}

const noLine = (): LogLine => ({
  front: {
    kind: 'front',
    host: undefined,
    port: undefined,
    visitor: undefined,
    publicVisitor: undefined,
    user: undefined,
    isPlain: true,
  },
  time: 0,
  method: '',
  odd: undefined,
  page: '',
  isPage: false,
  status: 0,
  size: 0,
  referrer: undefined,
  agent: undefined,
  device: undefined,
  rest: NO_REST,
})
