import { type LogLine, NO_SIZE, noLine } from './log-fields.ts'
import { createLogTexts } from './log-texts.ts'
import { createLogTimeScan } from './log-time.ts'
import { isDigit } from './number.ts'
import { Byte, type Source } from './source.ts'

/**
 * Reads the line of a combined log at `source.at` as `parseCombined` does, and moves behind its end. undefined, and
 * nothing was read: it is an unusual one, or none. What it answers is good until the next call.
 */
export function createLogLineScan(source: Source): () => LogLine | undefined {
  const noSize = NO_SIZE
  const maxDigits = 15
  const odd = -1
  const [slash, lastAscii] = [0x2f, 0x7e]
  const http = Buffer.from('HTTP').readInt32LE()
  const timeLength = '[17/May/2015:10:05:03 +0000] '.length
  const { bytes, words } = source
  const timeAt = createLogTimeScan(source)
  const line = noLine()
  const texts = createLogTexts(source, line)

  // Each reads a part of the line from `at` on into `line`, and answers where the next begins; `odd`: give up.

  /** `83.149.9.216 - - [17/May/2015:10:05:03 +0000] ` */
  function scanClient(at: number): number {
    const visitorEnd = texts.visitor(at)
    if (visitorEnd === odd) return odd
    const identityEnd = texts.identity(visitorEnd + 1)
    if (identityEnd === odd) return odd
    const userEnd = texts.user(identityEnd + 1)
    if (userEnd === odd || bytes[userEnd + 1] !== Byte.openBracket) return odd
    line.time = timeAt(userEnd + 1)
    return Number.isNaN(line.time) ? odd : userEnd + 1 + timeLength
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

  /** `200 5120 ` */
  function scanAnswer(from: number): number {
    const status = 100 * digit(from) + 10 * digit(from + 1) + digit(from + 2)
    if (status >= 1_000 || bytes[from + 3] !== Byte.space) return odd
    line.status = status
    let at = from + 4
    line.size = noSize
    if (bytes[at] === Byte.minus) at++
    else {
      let size = 0
      for (let byte = bytes[at] as number; isDigit(byte); byte = bytes[++at] as number) {
        size = size * 10 + byte - Byte.zero
      }
      const digits = at - from - 4
      if (digits === 0 || digits > maxDigits) return odd
      line.size = size
    }
    return bytes[at] === Byte.space ? at + 1 : odd
  }

  /** `"https://a.example/" "Mozilla/5.0 …"` */
  function scanOrigin(at: number): number {
    if (bytes[at] !== Byte.quote) return odd
    const quote = texts.referrer(at + 1)
    if (quote === odd || bytes[quote + 1] !== Byte.space || bytes[quote + 2] !== Byte.quote)
      return odd
    const end = texts.agent(quote + 3)
    return end === odd ? odd : end + 1
  }

  /** Whatever else is on the line, and its end. */
  function scanEnd(from: number): number {
    let at = from
    if (bytes[at] === Byte.space) {
      for (let byte = bytes[at] as number; byte >= Byte.space && byte <= lastAscii; ) {
        byte = bytes[++at] as number
      }
    }
    if (bytes[at] === Byte.return) at++
    if (bytes[at] === Byte.newline) return at + 1
    return at === source.length ? at : odd
  }

  return function scanLogLine() {
    let at = scanClient(source.at)
    if (at !== odd) at = scanRequest(at)
    if (at !== odd) at = scanAnswer(at)
    if (at !== odd) at = scanOrigin(at)
    if (at !== odd) at = scanEnd(at)
    if (at === odd) return undefined
    source.at = at
    return line
  }
}
