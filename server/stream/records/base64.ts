import type { Rejection } from '../../../lib/rejection.ts'
import { foldingOf } from './unfold.ts'

/** So much of a text is looked at. */
const LOOKED_AT = 1_024
const LEAST_LENGTH = 16
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/

const PUT_BYTES =
  'Kinesis needs the bytes themselves. An SDK encodes them for the wire; with AWS CLI v2 put text with --cli-binary-format raw-in-base64-out'

/** Named where a text looks like the base64 of what could be read; undefined: it does not. */
export function asBase64(text: string): Rejection | undefined {
  const begin = text
    .slice(0, LOOKED_AT)
    .trim()
    .replace(/[\r\n]+/g, '')
  if (begin.length < LEAST_LENGTH || !BASE64.test(begin)) return undefined
  const what = kindOf(Buffer.from(begin, 'base64'))
  if (what === undefined) return undefined
  return { reason: 'base64', detail: `this looks like base64 of ${what}: ${PUT_BYTES}` }
}

function kindOf(data: Buffer): string | undefined {
  const folding = foldingOf(data)
  if (folding !== undefined) return folding
  if (!/^[\x20-\x7e\s]+$/.test(data.toString('latin1'))) {
    return /^\s*(\{\s*"|\[\s*\{)/.test(data.toString('utf8')) ? 'JSON' : undefined
  }
  return /^\s*[{[]/.test(data.toString('latin1')) ? 'JSON' : 'text'
}
