import type { Readable } from 'node:stream'
import { CborError } from './cbor-head.ts'
import { decodeRefusal } from './get-records-cbor.ts'
import { decodeJsonRefusal } from './kinesis-json.ts'
import type { OpenAnswer } from './kinesis-prepared-call.ts'

export const CBOR = 'application/x-amz-cbor-1.1'
export const JSON_1_1 = 'application/x-amz-json-1.1'

/** Kinesis cuts an answer at 10 MiB of data; JSON and names around many small records take more. */
const MAX_BODY_BYTES = 64 * 1024 * 1024

export interface RawAnswer {
  status: number
  headers: Record<string, string>
  body: Buffer
}

export async function wholeAnswer({ status, headers, stream }: OpenAnswer): Promise<RawAnswer> {
  return { status, headers, body: await bodyOf(stream) }
}

function bodyOf(stream: Readable): Promise<Buffer> {
  const pieces: Buffer[] = []
  let bytes = 0
  let isWhole = false
  return new Promise((resolve, reject) => {
    stream.on('data', (piece: Buffer) => {
      bytes += piece.length
      if (bytes <= MAX_BODY_BYTES) pieces.push(piece)
      else stream.destroy(new Error(`an answer of more than ${MAX_BODY_BYTES} bytes`))
    })
    stream.on('end', () => {
      isWhole = true
      const [first] = pieces
      resolve(pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces, bytes))
    })
    stream.on('error', reject)
    stream.on('close', () => {
      if (!isWhole) reject(new Error('aborted'))
    })
  })
}

export const isCbor = ({ headers }: RawAnswer): boolean =>
  /cbor/i.test(headers['content-type'] ?? '')

/** As Kinesis answers; what a proxy has to say seldom is. */
export const isJson = ({ headers }: RawAnswer): boolean =>
  /json/i.test(headers['content-type'] ?? '')

/** The endpoint does not speak CBOR, or what it said cannot be told from something in between. */
type NotUnderstood = 'not_cbor' | 'unclear'

const OTHER_WIRE = /^(UnknownOperation|Serialization|UnsupportedMediaType)/

/** Throws what the SDK would: an error with the members its own have. */
export function refused(answer: RawAnswer): NotUnderstood {
  const { status, headers } = answer
  const { type = headers['x-amzn-errortype'], message = '' } = isCbor(answer)
    ? cborRefusal(answer)
    : decodeJsonRefusal(answer.body)
  const name = type?.replace(/^.*#/, '').replace(/:.*$/, '')
  if (status === 415 || (name !== undefined && OTHER_WIRE.test(name))) return 'not_cbor'
  if (name === undefined) return 'unclear'
  throw Object.assign(new Error(message), {
    name,
    $metadata: { httpStatusCode: status },
    $response: { statusCode: status, headers },
  })
}

/** Nothing where it is malformed. */
function cborRefusal({ body }: RawAnswer): { type?: string; message?: string } {
  try {
    return decodeRefusal(body)
  } catch (error) {
    if (error instanceof CborError) return {}
    throw error
  }
}
