import { decodeCbor } from './cbor-reader.ts'
import { encodeCbor } from './cbor-writer.ts'
import { type Fields, isFields } from './fields.ts'
import { KinesisError } from './vocabulary.ts'

export type Encoding = 'json' | 'cbor'

export const CONTENT_TYPE: Record<Encoding, string> = {
  json: 'application/x-amz-json-1.1',
  cbor: 'application/x-amz-cbor-1.1',
}

export const encodingOf = (contentType: string | undefined): Encoding =>
  contentType?.includes('cbor') ? 'cbor' : 'json'

export function decodeInput(body: Buffer, encoding: Encoding): Fields {
  try {
    const value = encoding === 'cbor' ? decodeCbor(body) : JSON.parse(body.toString() || '{}')
    if (isFields(value)) return value
  } catch (cause) {
    throw Object.assign(new KinesisError('SerializationException', 'cannot be read'), { cause })
  }
  throw new KinesisError('SerializationException', 'not a structure')
}

export const encodeFields = (fields: Fields, encoding: Encoding): Buffer =>
  encoding === 'cbor' ? encodeCbor(fields) : Buffer.from(JSON.stringify(jsonValue(fields)))

export const base64Of = ({ buffer, byteOffset, byteLength }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64')

/** In JSON, times are seconds with a fraction and bytes are base64. */
function jsonValue(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1_000
  if (value instanceof Uint8Array) return base64Of(value)
  if (Array.isArray(value)) return value.map(jsonValue)
  if (!isFields(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, jsonValue(each)]))
}
