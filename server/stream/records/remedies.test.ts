import { deflateSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { RejectReason } from '../../../lib/rejection.ts'
import { decodeRecord } from './decode-record.ts'
import { encodeAggregate, sealAggregate } from './encode-aggregate.ts'
import { parseEvent } from './parse-event.ts'

const EVENT = '{"type":"page_view"}'
const SUBSCRIPTION = { messageType: 'DATA_MESSAGE', logGroup: 'g', logStream: 's' }

/**
 * Each reason has its examples: one that is forgotten here does not compile. `app_failed` is not among them: the event
 * was applied, and nothing has to be put again.
 */
const EXAMPLES: Record<Exclude<RejectReason, 'app_failed'>, (string | Uint8Array)[]> = {
  empty: ['', ' \n', '[]', encodeAggregate([])],
  not_utf8: [
    Buffer.from(`${EVENT}\n"\xff"\n`, 'latin1'),
    Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff),
    Uint8Array.of(0xf3, 0x89, 0x9a, 0xc2),
  ],
  not_json: ['{"ty', 'hello', '{"type":NaN}', `[${EVENT},{"ty`, `[${EVENT}`],
  bad_log_line: ['1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 2x0 5'],
  not_an_event: ['1', '[[1]]', 'null', JSON.stringify(EVENT)],
  bad_field: ['{}', '{"type":1}', '{"type":"a","cost":"x"}', '{"type":"a","time":"x"}'],
  bad_gzip: [gzipSync(EVENT).subarray(0, 12), Buffer.concat([gzipSync(EVENT), Buffer.from('x')])],
  bad_zlib: [Buffer.concat([deflateSync(EVENT), Buffer.from('x')])],
  too_large: [`{"type":"${'a'.repeat(17 * 1024 * 1024)}"}`],
  kpl_aggregate: [sealAggregate(Uint8Array.of(0x0a, 200, 1))],
  cloudwatch: [
    JSON.stringify(SUBSCRIPTION),
    JSON.stringify({ ...SUBSCRIPTION, logEvents: [{ id: '1', timestamp: 1 }] }),
  ],
  compression: [Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 4, 0x58, 0x61, 0, 0)],
  binary_format: [Buffer.from('PAR1\x15\x04\x15', 'latin1'), Uint8Array.of(0, 0, 0, 0, 7, 2, 97)],
  utf16: [Buffer.from(EVENT, 'utf16le')],
  base64: [Buffer.from(EVENT).toString('base64')],
  segment: ['{"type":"track","event":"a","messageId":"1","anonymousId":"x"}'],
  ga4: ['{"client_id":"1","events":[]}'],
}

const rejections = (data: string | Uint8Array) =>
  decodeRecord(Buffer.from(data)).items.flatMap((item) => {
    const checked = item.ok
      ? parseEvent(item.value, { arrivedAt: 1_700_000_000_000, fallbackId: () => 'id' })
      : item
    return checked.ok ? [] : [checked.rejection]
  })

/** What to put instead, or how it must be. */
const REMEDY = /\bput\b|\bmust be\b|encode it once|an event is a JSON object/

test.each(Object.entries(EXAMPLES))('a dead letter of %s says what to do', (reason, examples) => {
  for (const data of examples) {
    const [first] = rejections(data)
    expect(first).toEqual({ reason, detail: expect.stringMatching(REMEDY) })
  }
})
