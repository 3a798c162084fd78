import { messageOf } from '../../platform/errors.ts'
import { beforeBlanks, nonBlank } from './blanks.ts'
import { endOfBroken } from './broken-end.ts'
import { decodeLine, notJson, notUtf8 } from './decode-line.ts'
import { MAX_EVENT_BYTES, MAX_EVENT_VALUES } from './decoded-text.ts'
import {
  Bracket,
  COMMA,
  countValues,
  isBlank,
  NEWLINE,
  startAgain,
  type Walk,
  walkOn,
} from './json-walk.ts'
import { addAtOnce, addValue } from './read-value.ts'
import { addItem, isTold, ODD_LINE_COST, type Reading, reject, textOf } from './reading.ts'
import { nextStep, type Steps } from './steps.ts'

/** A longer document is gone through in steps. */
const AT_ONCE_BYTES = 8 * 1024
/** To let JSON.parse say what is wrong with one of 10 MiB would take too long. */
const TOLD_BYTES = 64 * 1024

/** Reads the object that begins at `reading.at`, as most can be read; false, and nothing was read: this one cannot. */
export function readObjectAtOnce(reading: Reading): boolean {
  const { at: from, walk, bytes } = reading
  startAgain(walk, from)
  if (walkOn(walk, bytes, from + AT_ONCE_BYTES) !== 'end') return false
  const text = textOf(reading, from, walk.at)
  if (text === undefined || !addAtOnce(reading, JSON.parse(text))) return false
  reading.at = walk.at
  reading.costLeft -= walk.at - from
  if (reading.countsValues) reading.tally.values += walk.values
  return true
}

/** Reads the document that begins at `reading.at` with a brace or a bracket, and moves behind it. */
export function* readDocument(reading: Reading): Steps<void> {
  const { at: from, array, walk, indent } = reading
  const found = yield* walkThrough(reading)
  if (found === 'end') {
    yield* addWhole(reading, from, walk)
    return
  }
  const { at } = walk
  reading.wasteLeft -= at - from
  const to = yield* endOfBroken(reading, { from, at, indent, arrayIndent: array?.indent })
  addBroken(reading, { from, at, to })
  if (array !== undefined) array.isBroken = true
}

/** False, and nothing was read: it is none, or is followed by what is no document. */
export function* readArrayOfScalars(reading: Reading): Steps<boolean> {
  const { at: from, bytes, walk } = reading
  if ((yield* walkThrough(reading)) === 'broken') {
    reading.wasteLeft -= walk.at - from
    return false
  }
  let next = walk.at
  while (isBlank(bytes[next]) && bytes[next] !== NEWLINE) next++
  if (!BEHIND.has(bytes[next])) return false
  yield* addWhole(reading, from, walk)
  return true
}

/** What may stand behind it on its line. */
const BEHIND = new Set<number | undefined>([
  undefined,
  NEWLINE,
  COMMA,
  Bracket.object,
  Bracket.list,
])

/** Reads the rest of a line, which begins with a brace or a bracket, as one document: it is broken where it is none. */
export function* readDocumentOnLine(reading: Reading): Steps<void> {
  const { at: from } = reading
  const line = documentOnLine(reading)
  if (line === undefined) {
    addBroken(reading, { from, at: from, to: endOfLine(reading) })
    return
  }
  reading.at = line.to
  yield* addValue(reading, line.value, { from, to: line.to })
}

/** A member of an array that is no object and no array; false, and nothing was read: it is none. */
export function* readScalar(reading: Reading): Steps<boolean> {
  const { bytes, at: from, walk } = reading
  const found = yield* walkThrough(reading)
  const to = found === 'end' ? walk.at : endOfWord(bytes, from)
  const next = to === from ? undefined : bytes[yield* nonBlank(reading, to)]
  if (next !== COMMA && next !== Bracket.endOfList) return false
  if (found === 'end') yield* addWhole(reading, from, walk)
  else addBroken(reading, { from, at: walk.at, to })
  return true
}

/** Reads up to the end of the line: of a log, or one value. */
export function readLine(reading: Reading): void {
  const { at: from, data, tally } = reading
  const to = endOfLine(reading)
  reading.at = to
  reading.costLeft -= to - from
  const values = reading.countsValues ? countValues(data.subarray(from, to)) : 0
  tally.values += values
  if (rejectTooLarge(reading, { from, to, values })) return
  const text = textOf(reading, from, to)
  if (text === undefined) {
    addItem(reading, notUtf8(data.subarray(from, to)))
    return
  }
  const { items, ofLog, partlyRead } = decodeLine(text)
  if (partlyRead) reading.partlyRead++
  if (ofLog) {
    reading.escapes = true
    reading.costLeft -= ODD_LINE_COST
  }
  for (const item of items) addItem(reading, item)
}

/** Goes with the walk through the value at `reading.at`. */
function* walkThrough(reading: Reading): Steps<'end' | 'broken'> {
  const { walk, bytes } = reading
  startAgain(walk, reading.at)
  for (;;) {
    const { at } = walk
    const found = walkOn(walk, bytes, at + reading.costLeft)
    reading.costLeft -= walk.at - at
    if (found !== 'more') return found
    yield* nextStep(reading)
  }
}

/** undefined: the line is none, but for commas behind it. */
function documentOnLine(reading: Reading): { value: unknown; to: number } | undefined {
  const { bytes, at: from, data, tally } = reading
  let to = endOfLine(reading)
  if (to - from > MAX_EVENT_BYTES) return undefined
  while (isBlank(bytes[to - 1]) || bytes[to - 1] === COMMA) to--
  const last = bytes[to - 1]
  if (last !== Bracket.endOfObject && last !== Bracket.endOfList) return undefined
  const values = reading.countsValues ? countValues(data.subarray(from, to)) : 0
  const text = values > MAX_EVENT_VALUES ? undefined : textOf(reading, from, to)
  if (text === undefined) return undefined
  reading.costLeft -= to - from
  try {
    const value: unknown = JSON.parse(text)
    tally.values += values
    return { value, to }
  } catch {
    reading.costLeft -= ODD_LINE_COST
    return undefined
  }
}

function* addWhole(reading: Reading, from: number, { at: to, values }: Walk): Steps<void> {
  reading.at = to
  if (reading.countsValues) reading.tally.values += values
  if (rejectTooLarge(reading, { from, to, values })) return
  const text = textOf(reading, from, to)
  if (text === undefined) addItem(reading, notUtf8(reading.data.subarray(from, to)))
  else yield* addValue(reading, JSON.parse(text), { from, to })
}

/** `at`: the place from which on it is no JSON. */
function addBroken(
  reading: Reading,
  { from, at, to: behind }: { from: number; at: number; to: number },
): void {
  const { bytes } = reading
  reading.at = behind
  const to = beforeBlanks(bytes, behind)
  if (rejectTooLarge(reading, { from, to, values: 0 })) return
  const text = textOf(reading, from, to)
  if (text === undefined) {
    addItem(reading, notUtf8(reading.data.subarray(from, to)))
  } else {
    const detail = isTold(reading) ? problemOf(text, at - from) : ''
    reject(reading, 'not_json', { detail, from, to })
  }
}

function problemOf(text: string, at: number): string {
  try {
    if (text.length <= TOLD_BYTES) JSON.parse(text)
  } catch (error) {
    return notJson(messageOf(error))
  }
  return notJson(`not JSON from byte ${at} on`)
}

/** false: it is not. */
function rejectTooLarge(
  reading: Reading,
  { from, to, values }: { from: number; to: number; values: number },
): boolean {
  const limit =
    to - from > MAX_EVENT_BYTES
      ? `${MAX_EVENT_BYTES} bytes`
      : values > MAX_EVENT_VALUES
        ? `${MAX_EVENT_VALUES} values`
        : undefined
  if (limit === undefined) return false
  const detail = `one event of more than ${limit}: put smaller ones`
  reject(reading, 'too_large', { detail, from, to })
  return true
}

function endOfLine({ bytes, at }: Reading): number {
  const newline = bytes.indexOf(NEWLINE, at)
  return newline < 0 ? bytes.length : newline
}

/** Of letters, digits and what stands in numbers. */
function endOfWord(bytes: Uint8Array, from: number): number {
  let at = from
  while (WORD.has(bytes[at])) at++
  return at
}

const WORD = new Set<number | undefined>(
  Buffer.from('+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz'),
)
