import {
  type ByteReader,
  type ByteWriter,
  readByte,
  readVarint,
  writeByte,
  writeVarint,
} from './bytes.ts'
import { addEntry, type Distinct, dense, entriesOf } from './distinct.ts'

/**
 * Up to m/4 set registers: 1 + their number, then the distances of their entries. More: 0, the lowest rank,
 * four bits a register above it (15: see below), then the ranks that do not fit, in order.
 * Equal sketches have equal bytes.
 */
export function writeDistinct(writer: ByteWriter, sketch: Distinct, precision: number): void {
  if (typeof sketch === 'number') {
    writeVarint(writer, 2)
    writeVarint(writer, sketch)
    return
  }
  const entries = entriesOf(sketch)
  if (entries.length > 1 << (precision - 2)) {
    writeDense(writer, dense(sketch, precision))
    return
  }
  writeVarint(writer, 1 + entries.length)
  let last = 0
  for (const entry of entries) {
    writeVarint(writer, entry - last)
    last = entry
  }
}

/** Reads one sketch and adds it to `target`; the answer replaces `target`. */
export function mergeEncodedDistinct(
  reader: ByteReader,
  target: Distinct | null,
  precision: number,
): Distinct | null {
  const form = readVarint(reader)
  if (form === 0) return mergeDense(reader, dense(target, precision))
  let merged = target
  let entry = 0
  if (form - 1 > reader.bytes.length - reader.at) throw new RangeError('a sketch is cut off')
  for (let left = form - 1; left > 0; left--) {
    entry += readVarint(reader)
    merged = addEntry(merged, entry, precision)
  }
  return merged
}

function writeDense(writer: ByteWriter, registers: Uint8Array): void {
  let lowest = 63
  for (const rank of registers) if (rank < lowest) lowest = rank
  writeVarint(writer, 0)
  writeByte(writer, lowest)
  const high: number[] = []
  for (let at = 0; at < registers.length; at += 2) {
    const a = (registers[at] as number) - lowest
    const b = (registers[at + 1] as number) - lowest
    if (a >= 15) high.push(a)
    if (b >= 15) high.push(b)
    writeByte(writer, (Math.min(a, 15) << 4) | Math.min(b, 15))
  }
  for (const above of high) writeByte(writer, above)
}

function mergeDense(reader: ByteReader, registers: Uint8Array): Uint8Array {
  const lowest = readByte(reader)
  const { bytes, at: start } = reader
  let exception = start + registers.length / 2
  for (let at = 0; at < registers.length; at++) {
    const pair = bytes[start + (at >> 1)] as number
    let above = at % 2 === 0 ? pair >> 4 : pair & 15
    if (above === 15) above = bytes[exception++] as number
    const rank = lowest + above
    if (rank > (registers[at] as number)) registers[at] = rank
  }
  reader.at = exception
  return registers
}
