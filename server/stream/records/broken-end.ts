import {
  BACKSLASH,
  Bracket,
  COMMA,
  grown,
  isBlank,
  NEWLINE,
  QUOTE,
  startWalk,
  walkOn,
} from './json-walk.ts'
import { type Budget, nextStep, type Steps } from './steps.ts'

/** Of the text that is read: its bytes, and what may still be spent on it. */
interface Reading extends Budget {
  readonly bytes: Uint8Array
  /** Bytes that may still be gone through in vain. */
  wasteLeft: number
}

/** A document that breaks off. */
interface Broken {
  from: number
  /** Where no JSON goes on. */
  at: number
  /** How far its first line is indented, in bytes; and that of the array which it is in. */
  indent: number
  arrayIndent: number | undefined
}

/**
 * Where a document that is broken ends, so that what follows it has its own fate. It costs itself where its braces
 * match, as in `{"cost":NaN}`. Else it ends before the next object on the line of the break that can be none of its
 * own values: one that is whole and follows a brace or bracket that closes, or stands at the very place of the break.
 * Else it ends with its line, and the lines that go on with it: those that are indented deeper, or begin with what no
 * document begins with.
 */
export function* endOfBroken(reading: Reading, broken: Broken): Steps<number> {
  const { bytes } = reading
  const { from } = broken
  const lineOfBreak = from + 1 + bytes.subarray(from, broken.at).lastIndexOf(NEWLINE)
  let mayJump = true
  let isText = false
  /** Its quotes, braces and brackets could be those of JSON so far. */
  let isStructure = true
  let depth = 0
  let braces = new Uint8Array(64)
  let last = 0
  for (let at = from; at < bytes.length; ) {
    const byte = bytes[at] as number
    if (--reading.costLeft <= 0) yield* nextStep(reading)
    if (byte === NEWLINE) {
      if (isText) isStructure = false
      if (at >= broken.at) mayJump = false
      const next = yield* nextLine(reading, at)
      if (next.byte === undefined || !goesOn(next, broken)) return at
      at = next.at
      continue
    }
    const isOpening = byte === Bracket.object || byte === Bracket.list
    if (mayJump && byte === Bracket.object && at > from && at >= lineOfBreak) {
      if ((at === broken.at || isClosing(last)) && (yield* isWhole(reading, at))) return at
    }
    if (isStructure && isText) {
      if (byte === QUOTE) isText = false
      else if (byte === BACKSLASH && bytes[at + 1] !== NEWLINE) at++
    } else if (isStructure && byte === QUOTE) {
      isText = true
    } else if (isStructure && isOpening) {
      if (isClosing(last)) isStructure = false
      if (depth === braces.length) braces = grown(braces)
      braces[depth++] = byte
    } else if (isStructure && isClosing(byte)) {
      const opened = byte === Bracket.endOfObject ? Bracket.object : Bracket.list
      if (braces[--depth] !== opened) isStructure = false
      else if (depth === 0) return at + 1
    } else if (byte === BACKSLASH) {
      isStructure = false
    }
    if (!isBlank(byte)) last = byte
    at++
  }
  return bytes.length
}

const isClosing = (byte: number): boolean =>
  byte === Bracket.endOfObject || byte === Bracket.endOfList

interface Line {
  /** Its first place that is no blank, and what stands there; undefined: there is no further line. */
  at: number
  byte: number | undefined
  indent: number
}

/** The next one that is not blank, behind the line that ends at `newline`. */
function* nextLine(reading: Reading, newline: number): Steps<Line> {
  const { bytes } = reading
  let start = newline + 1
  let at = start
  for (; at < bytes.length; at++) {
    if (--reading.costLeft <= 0) yield* nextStep(reading)
    const byte = bytes[at]
    if (byte === NEWLINE) start = at + 1
    else if (!isBlank(byte)) break
  }
  return { at, byte: bytes[at], indent: at - start }
}

/** Whether the line is a further one of the broken document. */
function goesOn({ byte, indent }: Line, broken: Broken): boolean {
  if (indent > broken.indent) return true
  const { arrayIndent } = broken
  if (byte === Bracket.endOfList && arrayIndent !== undefined && indent <= arrayIndent) return false
  return byte === QUOTE || byte === COMMA || isClosing(byte as number)
}

const STRETCH_BYTES = 16 * 1024

function* isWhole(reading: Reading, from: number): Steps<boolean> {
  const walk = startWalk(from)
  while (reading.wasteLeft > 0) {
    const at = walk.at
    const found = walkOn(walk, reading.bytes, at + STRETCH_BYTES)
    reading.costLeft -= walk.at - at
    if (found === 'end') return true
    reading.wasteLeft -= walk.at - at
    if (found === 'broken') return false
    if (reading.costLeft <= 0) yield* nextStep(reading)
  }
  return false
}
