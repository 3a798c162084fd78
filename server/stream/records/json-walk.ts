/**
 * On the way through one JSON value, byte by byte, without making anything of it. It goes exactly as far as JSON.parse
 * would: what it passes whole, JSON.parse takes, and at the place where it breaks off, JSON.parse would have thrown.
 * (Whether a text's bytes are UTF-8 is not looked at.)
 */
export interface Walk {
  at: number
  /** Values that were passed: commas and brackets. */
  values: number
  expects: Expects
  /** Of braces and brackets that are open. */
  depth: number
  /** For each of them whether it is a brace. It grows with the depth. */
  braces: Uint8Array<ArrayBuffer>
}

enum Expects {
  value,
  valueOrEnd,
  name,
  nameOrEnd,
  colon,
  commaOrEnd,
  restOfName,
  restOfText,
}

const FIRST_DEPTH = 64

export const startWalk = (at: number): Walk => ({
  at,
  values: 0,
  expects: Expects.value,
  depth: 0,
  braces: new Uint8Array(FIRST_DEPTH),
})

/** The same walk, through another value. */
export function startAgain(walk: Walk, at: number): void {
  walk.at = at
  walk.values = 0
  walk.expects = Expects.value
  walk.depth = 0
}

/** Goes on behind the value's end, to the place where it is no JSON, or about to `to`. About 2 ns a byte. */
export function walkOn(walk: Walk, bytes: Uint8Array, to: number): 'end' | 'broken' | 'more' {
  let { at, values, expects, depth, braces } = walk
  const stop = Math.min(to, bytes.length)
  let result: 'end' | 'broken' | 'more' = 'more'
  while (result === 'more' && at < stop) {
    const byte = bytes[at] as number
    if (expects >= Expects.restOfName) {
      if (byte === QUOTE) {
        at++
        expects = expects === Expects.restOfName ? Expects.colon : Expects.commaOrEnd
        if (depth === 0) result = 'end'
      } else if (byte === BACKSLASH) {
        const length = escapeBytes(bytes, at)
        if (length === 0) result = 'broken'
        at += length
      } else if (byte < SPACE) result = 'broken'
      else at++
      continue
    }
    if (isBlank(byte)) {
      at++
      continue
    }
    const isClosing = byte === Bracket.endOfObject || byte === Bracket.endOfList
    if (isClosing) {
      const closes =
        depth > 0 &&
        (byte === Bracket.endOfObject) === (braces[depth - 1] === 1) &&
        (expects === Expects.commaOrEnd ||
          expects === Expects.nameOrEnd ||
          expects === Expects.valueOrEnd)
      if (!closes) {
        result = 'broken'
        continue
      }
      at++
      expects = Expects.commaOrEnd
      if (--depth === 0) result = 'end'
      continue
    }
    switch (expects) {
      case Expects.commaOrEnd:
        if (byte !== COMMA) result = 'broken'
        else {
          at++
          values++
          expects = braces[depth - 1] === 1 ? Expects.name : Expects.value
        }
        break
      case Expects.colon:
        if (byte !== COLON) result = 'broken'
        else {
          at++
          expects = Expects.value
        }
        break
      case Expects.name:
      case Expects.nameOrEnd:
        if (byte !== QUOTE) result = 'broken'
        else {
          at++
          expects = Expects.restOfName
        }
        break
      default:
        if (byte === QUOTE) {
          at++
          expects = Expects.restOfText
        } else if (byte === Bracket.object || byte === Bracket.list) {
          at++
          values++
          if (depth === braces.length) braces = grown(braces)
          braces[depth++] = byte === Bracket.object ? 1 : 0
          expects = byte === Bracket.object ? Expects.nameOrEnd : Expects.valueOrEnd
        } else {
          const length = wordBytes(bytes, at)
          at += Math.abs(length)
          if (length <= 0) result = 'broken'
          else {
            expects = Expects.commaOrEnd
            if (depth === 0) result = 'end'
          }
        }
    }
  }
  walk.at = at
  walk.values = values
  walk.expects = expects
  walk.depth = depth
  walk.braces = braces
  if (result === 'more' && at >= bytes.length) return 'broken'
  return result
}

/** With room for twice as many. */
export function grown(braces: Uint8Array): Uint8Array<ArrayBuffer> {
  const more = new Uint8Array(2 * braces.length)
  more.set(braces)
  return more
}

/** Of the escape at `at`; 0: it is none. */
function escapeBytes(bytes: Uint8Array, at: number): number {
  const letter = bytes[at + 1]
  if (letter === undefined || !ESCAPES.includes(letter)) return 0
  if (letter !== LETTER_U) return 2
  for (let n = 2; n < 6; n++) if (!isHexDigit(bytes[at + n] ?? 0)) return 0
  return 6
}

const isHexDigit = (byte: number): boolean =>
  isDigit(byte) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66)

/** Of the number, true, false or null at `at`; negative, or 0: so many bytes on it is none any more. */
function wordBytes(bytes: Uint8Array, at: number): number {
  for (const word of WORDS) {
    if (bytes[at] !== word[0]) continue
    for (let n = 1; n < word.length; n++) if (bytes[at + n] !== word[n]) return -n
    return word.length
  }
  return numberBytes(bytes, at)
}

function numberBytes(bytes: Uint8Array, from: number): number {
  let at = from
  if (bytes[at] === MINUS) at++
  const whole = digitsEnd(bytes, at)
  if (whole === at) return from - at
  at = bytes[at] === ZERO ? at + 1 : whole
  if (bytes[at] === DOT) {
    const end = digitsEnd(bytes, at + 1)
    if (end === at + 1) return from - end
    at = end
  }
  if (((bytes[at] ?? 0) | 0x20) === LETTER_E) {
    at++
    if (bytes[at] === PLUS || bytes[at] === MINUS) at++
    const end = digitsEnd(bytes, at)
    if (end === at) return from - end
    at = end
  }
  return at - from
}

function digitsEnd(bytes: Uint8Array, from: number): number {
  let at = from
  while (isDigit(bytes[at] ?? 0)) at++
  return at
}

const isDigit = (byte: number): boolean => byte >= ZERO && byte <= 0x39

/** About: commas and brackets within texts count too. */
export function countValues(data: Uint8Array): number {
  let values = 0
  for (let at = 0; at < data.length; at++) {
    const byte = data[at]
    if (byte === COMMA || byte === Bracket.list || byte === Bracket.object) values++
  }
  return values
}

/** What JSON takes for blank. */
export const isBlank = (byte: number | undefined): boolean =>
  byte === SPACE || byte === NEWLINE || byte === 0x0d || byte === 0x09

const SPACE = 0x20
export const NEWLINE = 0x0a
export const QUOTE = 0x22
export const COMMA = 0x2c
export const BACKSLASH = 0x5c
const COLON = 0x3a
const [PLUS, MINUS, DOT, ZERO] = [0x2b, 0x2d, 0x2e, 0x30]
const [LETTER_E, LETTER_U] = [0x65, 0x75]
const ESCAPES = Buffer.from('"\\/bfnrtu')
const WORDS = ['null', 'true', 'false'].map((word) => Buffer.from(word))

export const Bracket = { list: 0x5b, endOfList: 0x5d, object: 0x7b, endOfObject: 0x7d } as const
