import { beforeBlanks, endsByteOrderMark, nonBlank, oddBlankBytes } from './blanks.ts'
import {
  type DecodedText,
  MAX_RECORD_EVENTS,
  MAX_RECORD_VALUES,
  type Tally,
  tooManyEvents,
  tooManyValues,
  whole,
  wholly,
} from './decoded-text.ts'
import { guess } from './guess-data.ts'
import { Bracket, COMMA, isBlank, NEWLINE } from './json-walk.ts'
import {
  readArrayOfScalars,
  readDocument,
  readDocumentOnLine,
  readLine,
  readObjectAtOnce,
  readScalar,
} from './read-piece.ts'
import { rejectEmpty } from './read-value.ts'
import { type OpenArray, type Reading, reject, startReading } from './reading.ts'
import { nextStep, type Steps } from './steps.ts'

/**
 * Reads a text piece by piece, each with a fate of its own. It is any sequence of documents and lines:
 * - a document begins with a brace, wherever it stands, and goes on over lines;
 * - the members of an array are documents; brackets around them and commas behind them are passed over;
 * - anything else is a line: of a log, or one JSON value.
 * What is broken costs itself (`endOfBroken`). A text of which nothing can be read is rejected as a whole where it is
 * not UTF-8, or is known for something else. `decodeText` makes the same of a text that is one JSON value.
 */
export const readText = (data: Uint8Array, tally: Tally): Steps<DecodedText> =>
  readAll(startReading(data, tally, readMessage))

const readMessage = (data: Uint8Array, tally: Tally): Steps<DecodedText> =>
  readAll(startReading(data, tally, undefined))

function* readAll(reading: Reading): Steps<DecodedText> {
  const { data, bytes, tally } = reading
  for (;;) {
    passBlanks(reading)
    if (reading.costLeft <= 0) {
      yield* nextStep(reading)
      continue
    }
    if (reading.at >= bytes.length) break
    if (!readQuickly(reading)) yield* readPiece(reading)
    reading.isFirst = false
    if (reading.items.length > MAX_RECORD_EVENTS) return tooMany(reading)
    if (tally.values > MAX_RECORD_VALUES) return tooManyValues(data)
  }
  leaveArray(reading)
  return told(reading)
}

/** Most are small objects, with commas between them or without. */
function readQuickly(reading: Reading): boolean {
  const byte = reading.bytes[reading.at]
  if (byte === Bracket.object && reading.wasteLeft > 0 && readObjectAtOnce(reading)) {
    reading.mayPassComma = true
    return true
  }
  if (byte !== COMMA || !reading.mayPassComma) return false
  reading.at++
  return true
}

function* readPiece(reading: Reading): Steps<void> {
  const byte = reading.bytes[reading.at]
  const byLines = reading.wasteLeft <= 0
  reading.mayPassComma = true
  if (isNewArray(reading) || byLines) reading.array = undefined
  if (byte === Bracket.endOfList && reading.array !== undefined) {
    closeArray(reading, reading.array)
  } else if (byte === Bracket.object || byte === Bracket.list) {
    if (byLines) yield* readDocumentOnLine(reading)
    else if (byte === Bracket.list && reading.array === undefined) yield* readArray(reading)
    else yield* readDocument(reading)
  } else if (reading.array === undefined || !(yield* readScalar(reading))) {
    leaveArray(reading)
    readLine(reading)
    reading.mayPassComma = false
  }
}

/** It begins a line like the broken one before it: that was torn, and this is another one. */
const isNewArray = ({ array, bytes, at, isFirst, indent }: Reading): boolean =>
  array?.isBroken === true && bytes[at] === Bracket.list && isFirst && indent <= array.indent

/**
 * Members that are documents are read one by one. Lines of a log may begin with a bracket, too, but not with another one
 * or a brace behind it.
 */
function* readArray(reading: Reading): Steps<void> {
  const { at: from, indent, bytes, items } = reading
  const first = bytes[yield* nonBlank(reading, from + 1)]
  const isOpen = first === Bracket.object || first === Bracket.list || first === Bracket.endOfList
  if (isOpen) {
    const before = items.length + reading.controls
    reading.array = { from, indent, before, isBroken: false }
    reading.at++
  } else if (!(yield* readArrayOfScalars(reading))) {
    readLine(reading)
    reading.mayPassComma = false
  }
}

function closeArray(reading: Reading, { from, before }: OpenArray): void {
  reading.at++
  reading.array = undefined
  const nothing = reading.items.length + reading.controls === before
  if (nothing) rejectEmpty(reading, { from, to: reading.at })
}

/** Its end does not come. */
function leaveArray(reading: Reading): void {
  const { array, bytes } = reading
  reading.array = undefined
  if (array === undefined || array.isBroken) return
  const detail =
    'an array without its end: put it whole; it may be torn, and the events that are whole count'
  reject(reading, 'not_json', { detail, from: array.from, to: beforeBlanks(bytes, reading.at) })
}

function told(reading: Reading): DecodedText {
  const { data, items, controls, partlyRead, isUtf8, hasValue } = reading
  if (items.length === 0 && controls === 0) {
    return whole(
      'empty',
      `${data.length === 0 ? 'the record has no data' : 'the record is blank'}: put one event or more`,
      data,
    )
  }
  if (!hasValue && items.length > 0) {
    const rejection = guess(data, isUtf8)
    if (rejection !== undefined) return wholly(rejection, data)
    const [only, second] = items
    if (only?.ok === false && second === undefined) items[0] = { ...only, part: data }
  }
  const escapes = reading.escapes || reading.bytes.includes('\\u')
  return { items, bytes: data.length, escapes, controls, partlyRead }
}

/** What is not UTF-8 has lines by chance. */
function tooMany({ data, isUtf8, hasValue }: Reading): DecodedText {
  const rejection = hasValue || isUtf8 ? undefined : guess(data, isUtf8)
  return rejection === undefined ? tooManyEvents(data) : wholly(rejection, data)
}

/** Goes on to what is not blank, or until the step is over. */
function passBlanks(reading: Reading): void {
  const { bytes } = reading
  while (reading.costLeft > 0) {
    const byte = bytes[reading.at]
    const length = isBlank(byte) ? 1 : oddBlankBytes(bytes, reading.at)
    if (length === 0) break
    reading.at += length
    reading.costLeft--
    if (byte !== NEWLINE && !endsByteOrderMark(bytes, reading.at)) continue
    reading.isFirst = true
    reading.lineStart = reading.at
  }
  if (reading.isFirst) reading.indent = reading.at - reading.lineStart
}
