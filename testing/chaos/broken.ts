import { deflateSync, gzipSync } from 'node:zlib'
import type { RejectReason } from '../../lib/rejection.ts'
import { sealAggregate } from '../../server/stream/records/encode-aggregate.ts'
import { pick, type Random } from './random.ts'

interface Broken {
  reason: RejectReason
  data: Uint8Array
}

const text = (reason: RejectReason, words: string): Broken => ({ reason, data: Buffer.from(words) })

const GZIP = gzipSync('{"type":"page_view"}')

/** Whole records that hold nothing which could be applied; each is one rejected item. */
const BROKEN: readonly Broken[] = [
  { reason: 'not_utf8', data: Uint8Array.of(0xff, 0xd8, 0x0a, 0xff) },
  { reason: 'empty', data: new Uint8Array(0) },
  text('empty', ' \n\n '),
  text('empty', '[]'),
  text('not_json', '{"type":"page_view","id":'),
  text('not_json', 'GET /index.html 200'),
  text('not_an_event', '42'),
  text('not_an_event', '[["page_view"]]'),
  text('bad_field', '{"id":"no-type"}'),
  text('bad_field', '{"type":"purchase","revenue":"12 euros"}'),
  text('bad_field', '{"type":"ad_click","cost":"1.2.3"}'),
  text('bad_field', '{"type":"page_view","time":"yesterday"}'),
  text('bad_field', '{"type":"page_view","id":""}'),
  { reason: 'bad_gzip', data: GZIP.subarray(0, 14) },
  { reason: 'bad_zlib', data: deflateSync('{"type":"page_view"}').subarray(0, 10) },
  { reason: 'compression', data: Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 4, 0) },
  { reason: 'utf16', data: Buffer.from('{"type":"page_view"}', 'utf16le') },
  text('base64', Buffer.from('{"type":"page_view"}').toString('base64')),
  text('segment', '{"type":"track","messageId":"m","anonymousId":"a"}'),
  // A sub-record that says to be longer than the message is.
  { reason: 'kpl_aggregate', data: sealAggregate(Uint8Array.of(0x1a, 0x7f, 0x08, 0x00)) },
  // Begins like an aggregate, and its checksum does not match.
  { reason: 'not_utf8', data: Uint8Array.of(0xf3, 0x89, 0x9a, 0xc2, ...new Uint8Array(20)) },
]

export const brokenRecord = (random: Random): Broken => pick(random, BROKEN)

/** A line that is no JSON, among lines that are. */
export const BROKEN_LINE = '{"type":"page_view","time":12'
