import type { Rejection, RejectReason } from '../../../lib/rejection.ts'

/** What can be put. */
export const PUT_TEXT = 'put JSON events or lines of a log, as they are or with gzip or zlib'

interface Known {
  /** Its first bytes; undefined: any. */
  begins: readonly (number | undefined)[]
  rejection: Rejection
}

const known = (reason: RejectReason, detail: string, begins: string | Known['begins']): Known => ({
  begins: typeof begins === 'string' ? [...Buffer.from(begins)] : begins,
  rejection: { reason, detail },
})

const compressed = (name: string, begins: string | Known['begins']): Known =>
  known('compression', `${name} is not opened: put gzip, zlib or plain data`, begins)

const binary = (name: string, begins: string | Known['begins']): Known =>
  known('binary_format', `${name} is not read: ${PUT_TEXT}`, begins)

/** Nothing that can be read begins so. */
const KNOWN: readonly Known[] = [
  compressed('zstd', [0x28, 0xb5, 0x2f, 0xfd]),
  compressed('LZ4', [0x04, 0x22, 0x4d, 0x18]),
  compressed('Snappy', [0xff, 0x06, 0, 0, ...Buffer.from('sNaPpY')]),
  compressed('xz', [0xfd, ...Buffer.from('7zXZ'), 0]),
  compressed('bzip2', [...Buffer.from('BZh'), undefined, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59]),
  compressed('a zip archive', 'PK\u0003\u0004'),
  known('compression', 'gzip inside compressed data is not opened: compress once', [0x1f, 0x8b]),
  known(
    'kpl_aggregate',
    'a KPL aggregate inside another one, or inside compressed data, is not opened: aggregate once, last',
    [0xf3, 0x89, 0x9a, 0xc2],
  ),
  binary('an Avro file', 'Obj\u0001'),
  binary('Parquet', 'PAR1\u0015'),
  binary('Arrow', 'ARROW1\0'),
  binary('a serialized Java object', [0xac, 0xed, 0, 5]),
  binary('Amazon Ion', [0xe0, 0x01, 0, 0xea]),
  binary('data encoded by the Glue Schema Registry', [3, 0]),
  binary('data encoded by the Glue Schema Registry', [3, 5]),
  known('utf16', `UTF-32 is not read: put UTF-8`, [0xff, 0xfe, 0, 0]),
  known('utf16', `UTF-16 is not read: put UTF-8`, [0xff, 0xfe]),
  known('utf16', `UTF-16 is not read: put UTF-8`, [0xfe, 0xff]),
  known(
    'not_json',
    'a JSON text sequence (a byte 1E before each document) is not read: put a document a line, without that byte',
    [0x1e],
  ),
]

const FIRST_BYTES = new Set(KNOWN.map(({ begins }) => begins[0]))

/** What the data is known for by its first bytes; undefined: it may be a text. */
export function nameOf(data: Uint8Array): Rejection | undefined {
  const first = data[0]
  const second = data[1]
  const named = first === 0 || second === 0 ? beginningWithZeros(data) : undefined
  if (named !== undefined || !FIRST_BYTES.has(first)) return named
  const isBegin = ({ begins }: Known) =>
    begins.every((byte, at) => byte === undefined || byte === data[at])
  return KNOWN.find(isBegin)?.rejection
}

const UTF_16_UNITS = 4

/** ASCII in UTF-32 has three zeros in four bytes. */
function isUtf32(data: Uint8Array): boolean {
  const [a, b, c, d] = data
  const isBigMark = a === 0 && b === 0 && c === 0xfe && d === 0xff
  const isBig = a === 0 && b === 0 && c === 0 && d !== 0
  const isLittle = a !== 0 && b === 0 && c === 0 && d === 0
  return data.length >= 4 && data.length % 4 === 0 && (isBigMark || isBig || isLittle)
}

/** ASCII in UTF-16 has a zero in every other byte; a registry of schemas begins what it encodes with one. */
function beginningWithZeros(data: Uint8Array): Rejection | undefined {
  if (isUtf32(data)) return { reason: 'utf16', detail: 'UTF-32 is not read: put UTF-8' }
  const length = Math.min(data.length, 2 * UTF_16_UNITS)
  const zeros = (odd: number) =>
    data.subarray(0, length).every((byte, at) => (byte === 0) === (at % 2 === odd))
  if (length >= 4 && (zeros(0) || zeros(1))) {
    return { reason: 'utf16', detail: 'UTF-16 is not read: put UTF-8' }
  }
  if (data[0] !== 0) return undefined
  const detail = `it begins with a zero byte, as what a schema registry encodes: ${PUT_TEXT}`
  return { reason: 'binary_format', detail }
}
