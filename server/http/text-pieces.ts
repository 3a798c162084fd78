import { type CsvFile, type CsvOptions, csvLines } from './csv.ts'

/** So much text is made, and given to a connection, in one task: a fraction of a millisecond's work. */
export const PIECE_CHARS = 32 * 1_024
/** What is deeper than this is made in one step: a point of a series, a row of figures. */
const JSON_DEPTH = 6

/** What `JSON.stringify` answers, in pieces that are made when they are asked for. */
export const jsonPieces = (value: unknown): Generator<string> =>
  inPieces(jsonParts(value, JSON_DEPTH))

export const csvPieces = (file: CsvFile, options?: CsvOptions): Generator<string> =>
  inPieces(csvLines(file, options))

/** At least one, all but the last as long as `PIECE_CHARS` or a little longer. */
function* inPieces(parts: Iterable<string>): Generator<string> {
  let gathered: string[] = []
  let chars = 0
  for (const part of parts) {
    gathered.push(part)
    chars += part.length
    if (chars < PIECE_CHARS) continue
    yield gathered.join('')
    gathered = []
    chars = 0
  }
  yield gathered.join('')
}

function* jsonParts(value: unknown, depth: number): Generator<string> {
  if (depth === 0 || typeof value !== 'object' || value === null || 'toJSON' in value) {
    yield JSON.stringify(value) ?? 'null'
  } else if (Array.isArray(value)) {
    yield '['
    for (const [index, each] of value.entries()) {
      if (index > 0) yield ','
      yield* jsonParts(each, depth - 1)
    }
    yield ']'
  } else {
    yield '{'
    let isFirst = true
    for (const [name, each] of Object.entries(value)) {
      if (each === undefined || typeof each === 'function') continue
      yield `${isFirst ? '' : ','}${JSON.stringify(name)}:`
      isFirst = false
      yield* jsonParts(each, depth - 1)
    }
    yield '}'
  }
}
