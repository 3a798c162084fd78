import { createReadStream } from 'node:fs'

/** A longer line cannot be a record. */
export const MAX_LINE_BYTES = 1024 * 1024

const READ_BYTES = 256 * 1024
const NEWLINE = 0x0a
const BYTE_ORDER_MARK = '\ufeff'

export interface LogLine {
  /** Counts from 1. */
  number: number
  /** Without its end; undefined: longer than a record can be. */
  text: string | undefined
}

export interface LinesRead {
  lines: LogLine[]
  /** Of the file, so far. */
  bytes: number
}

/** Reads a file of any size, a piece at a time, as its reader asks for it. */
export async function* readLines(file: string): AsyncGenerator<LinesRead> {
  const stream = createReadStream(file, { highWaterMark: READ_BYTES })
  let number = 0
  let bytes = 0
  let rest: Buffer[] = []
  let restBytes = 0

  function line(end: Buffer): LogLine {
    number += 1
    const tooLong = restBytes + end.length > MAX_LINE_BYTES
    const text = tooLong ? undefined : withoutEnd(Buffer.concat([...rest, end]), number)
    rest = []
    restBytes = 0
    return { number, text }
  }

  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length
    const lines: LogLine[] = []
    let from = 0
    for (let to = chunk.indexOf(NEWLINE); to >= 0; to = chunk.indexOf(NEWLINE, from)) {
      lines.push(line(chunk.subarray(from, to)))
      from = to + 1
    }
    const tail = chunk.subarray(from)
    // Of a line that is too long already only the length is kept.
    if (restBytes + tail.length <= MAX_LINE_BYTES) rest.push(tail)
    else rest = []
    restBytes += tail.length
    yield { lines, bytes }
  }
  if (restBytes > 0) yield { lines: [line(Buffer.alloc(0))], bytes }
}

function withoutEnd(line: Buffer, number: number): string {
  const text = line.toString('utf8')
  const from = number === 1 && text.startsWith(BYTE_ORDER_MARK) ? 1 : 0
  return text.slice(from, text.endsWith('\r') ? -1 : undefined)
}
