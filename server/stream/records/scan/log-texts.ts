import { MAX_TEXT_LENGTH } from '../../../../lib/event.ts'
import { deviceOf } from '../combined/device.ts'
import { isPage } from '../combined/is-page.ts'
import { createBytePool } from './byte-pool.ts'
import { createLogEnds } from './log-ends.ts'
import type { LogLine } from './log-fields.ts'
import { Byte, type Source } from './source.ts'

/** Each reads the text that begins at `at` into the line in hand and answers where it ends; -1: the scan gives up. */
export type LogTexts = Record<
  'visitor' | 'identity' | 'user' | 'method' | 'target' | 'referrer' | 'agent',
  (at: number) => number
>

/** The texts of a log's line, each the same string object for the same bytes, and what is known by them. */
export function createLogTexts(source: Source, line: LogLine): LogTexts {
  const odd = -1
  const maxLength = MAX_TEXT_LENGTH
  const upperA = 0x41
  const get = Buffer.from('GET ').readInt32LE()
  const { bytes, words } = source
  const { endOfWord, endOfPath, endOfTarget, endOfQuoted, hash } = createLogEnds(source)
  const nothing = () => undefined
  const visitors = createBytePool(source, nothing)
  const pages = createBytePool(source, isPage)
  const referrers = createBytePool(source, nothing)
  const agents = createBytePool(source, deviceOf)
  const methodsAndUsers = createBytePool(source, nothing)

  /** A word before a space that is as long as may be kept. */
  function endOfShortWord(at: number): number {
    const to = endOfWord(at)
    return to > at && to - at <= maxLength ? to : odd
  }

  function endOfShortText(at: number): number {
    const to = endOfQuoted(at)
    return to - at <= maxLength ? to : odd
  }

  /** A dash stands for nothing, and so does no text at all. */
  const isGiven = (at: number, to: number): boolean =>
    to > at + 1 || (to === at + 1 && bytes[at] !== Byte.minus)

  return {
    /** What begins like JSON is no line of a log. */
    visitor(at) {
      const first = bytes[at]
      if (first === Byte.openBrace || first === Byte.openBracket || first === Byte.quote) return odd
      const to = endOfShortWord(at)
      if (to !== odd) line.visitor = visitors.texts[visitors.find(at, to, hash())] as string
      return to
    },
    identity(at) {
      const to = endOfWord(at)
      return to > at ? to : odd
    },
    user(at) {
      const to = endOfShortWord(at)
      if (to === odd) return odd
      for (let next = at; next < to; next++) {
        if (bytes[next] === Byte.quote || bytes[next] === Byte.openBracket) return odd
      }
      line.user = isGiven(at, to)
        ? methodsAndUsers.texts[methodsAndUsers.find(at, to, hash())]
        : undefined
      return to
    },
    method(at) {
      if (words.getInt32(at, true) === get) {
        line.method = 'GET'
        return at + 3
      }
      const to = endOfShortWord(at)
      if (to === odd) return odd
      for (let next = at; next < to; next++) {
        const byte = bytes[next] as number
        if (byte < upperA || byte > Byte.upperZ) return odd
      }
      line.method = methodsAndUsers.texts[methodsAndUsers.find(at, to, hash())] as string
      return to
    },
    target(at) {
      const to = endOfPath(at)
      if (to <= at || to - at > maxLength) return odd
      const page = pages.find(at, to, hash())
      line.page = pages.texts[page] as string
      line.isPage = pages.facts[page] as boolean
      return bytes[to] === Byte.space || bytes[to] === Byte.quote ? to : endOfTarget(to + 1)
    },
    referrer(at) {
      const to = endOfShortText(at)
      if (to === odd) return odd
      line.referrer = isGiven(at, to) ? referrers.texts[referrers.find(at, to, hash())] : undefined
      return to
    },
    agent(at) {
      const to = endOfShortText(at)
      if (to === odd) return odd
      if (!isGiven(at, to)) {
        line.agent = undefined
        line.device = undefined
        return to
      }
      const agent = agents.find(at, to, hash())
      line.agent = agents.texts[agent]
      line.device = agents.facts[agent]
      return to
    },
  }
}
