import { MAX_TEXT_LENGTH } from '../../../../lib/event.ts'
import { deviceOf } from '../combined/device.ts'
import { type Front, readFront } from '../combined/front.ts'
import { isPage } from '../combined/is-page.ts'
import type { LogLine } from '../combined/log-line.ts'
import { type Rest, readRest } from '../combined/rest.ts'
import { createBytePool } from './byte-pool.ts'
import { createLogEnds } from './log-ends.ts'
import { Byte, type Source } from './source.ts'

/** Each reads the text that begins at `at` into the line in hand and answers where it ends; -1: the scan gives up. */
export type LogTexts = Record<
  'front' | 'method' | 'target' | 'referrer' | 'agent' | 'rest',
  (at: number) => number
>

/** The texts of a log's line, each the same string object for the same bytes, and what is known by them. */
export function createLogTexts(source: Source, line: LogLine): LogTexts {
  const odd = -1
  const maxLength = MAX_TEXT_LENGTH
  const upperA = 0x41
  const get = Buffer.from('GET ').readInt32LE()
  const { bytes, words } = source
  const { endOfFront, endOfLine, endOfWord, endOfPath, endOfTarget, endOfQuoted, hash } =
    createLogEnds(source)
  const nothing = () => undefined
  const fronts = createBytePool(source, frontOf)
  const pages = createBytePool(source, isPage)
  const referrers = createBytePool(source, nothing)
  const agents = createBytePool(source, deviceOf)
  const methods = createBytePool(source, nothing)
  const rests = createBytePool(source, restOf)

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
    /** Up to the bracket of the time. */
    front(at) {
      const to = endOfFront(at)
      if (to === odd) return odd
      const front = fronts.facts[fronts.find(at, to - 1, hash())]
      if (front === undefined) return odd
      line.front = front
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
      line.method = methods.texts[methods.find(at, to, hash())] as string
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
    /** It begins with a space. */
    rest(at) {
      const to = endOfLine(at)
      const rest = rests.facts[rests.find(at, to, hash())]
      if (rest === undefined) return odd
      line.rest = rest
      return to
    },
  }
}

/** undefined: a field of it does not fit, and the text's reader says which. */
function frontOf(text: string): Front | undefined {
  const front = readFront(text)
  return front.kind === 'misfit' ? undefined : front
}

function restOf(text: string): Rest | undefined {
  const rest = readRest(text)
  return rest.kind === 'misfit' ? undefined : rest
}
