import { deflateSync, gzipSync } from 'node:zlib'
import { encodeAggregate } from '../../server/stream/records/encode-aggregate.ts'
import { makeEvent } from '../chaos/events.ts'
import { chance, pick, type Random, weighted, whole } from '../chaos/random.ts'

/** When the records of a run arrived. */
export const ARRIVED = Date.UTC(2023, 10, 15)

/** Lines as servers write them; a run may bring its own. */
export const LOG_LINES: readonly string[] = [
  '203.0.113.11 - ann [14/Nov/2023:10:05:03 +0000] "GET /tents?size=2 HTTP/1.1" 200 427 "https://search.example/" "Mozilla/5.0"',
  '203.0.113.11 - - [14/Nov/2023:10:05:03 +0000] "GET /tents HTTP/1.1" 200 427',
  'shop.example:443 203.0.113.11 - - [14/Nov/2023:10:05:03 +0000] "POST /v1 HTTP/2.0" 201 427 "-" "okhttp/4"',
  '[2001:db8::1]:8080 2001:db8::7 - - [14/Nov/2023:10:05:03 +0000] "GET /a.css HTTP/2.0" 200 427 "-" "Mozilla/5.0"',
  '10.0.0.9, 203.0.113.21, 10.0.0.1 - - [14/Nov/2023:10:05:03 +0000] "GET /v1 HTTP/1.1" 304 - "-" "-"',
  '10.0.0.1 - - [14/Nov/2023:10:05:03 +0000] "HEAD / HTTP/1.1" 200 0 "-" "a \\"quoted\\" bot" "203.0.113.21, 10.0.0.9"',
  '203.0.113.11 - - [14/Nov/2023:10:05:03.123 +0200] "GET /v1 HTTP/1.1" 200 427 "-" "Mozilla/5.0" "-" 0.215',
  '203.0.113.11 - - [14/Nov/2023:10:05:03 +0000] "GET /v1 HTTP/1.1" 200 427 "-" "Mozilla/5.0" 42 "shop@docker" "http://10.0.0.5:80" 210ms',
  '203.0.113.11 - - [14/Nov/2023:10:05:03 +0000] "\\x16\\x03\\x01" 400 150 "-" "-"',
  '- - - [14/Nov/2023:10:05:03 +0000] "-" 408 - "-" "-"',
]

const ODD_DOCUMENTS = [
  '{"messageType":"CONTROL_MESSAGE","logEvents":[]}',
  '{"type":"track","messageId":"m-1","userId":"u-1","event":"Signed Up"}',
  '{"client_id":"1.2","events":[{"name":"page_view"}]}',
  '{"type":"x","cost":NaN}',
  "{'type':'x'}",
  '{"type":"x","time":"2023-11-14T10:00:00+0000","cost":"-1.50","currency":"eur"}',
  '{"type":"x","title":"\\u0000\\ud800 {[\\"","props":{"a":[[],{}]}}',
  '{"type":',
  '[1,"x",null]',
  '[]',
  '7',
  '"text"',
  'hello world',
  'eyJ0eXBlIjoicGFnZV92aWV3In0=',
  '[Wed Oct 11 14:32:52 2000] [core:error] [client 192.0.2.7] no such file',
]

const PIECES = { event: 60, wide: 12, log: 35, odd: 12, subscription: 4 }

/** One document, or one line. */
export function makePiece(random: Random, logLines: readonly string[]): string {
  switch (weighted(random, PIECES)) {
    case 'event':
      return JSON.stringify(eventOf(random))
    case 'wide':
      return JSON.stringify(eventOf(random), null, pick(random, [1, 2, '\t']))
    case 'log':
      return pick(random, logLines)
    case 'odd':
      return pick(random, ODD_DOCUMENTS)
    case 'subscription':
      return JSON.stringify(subscriptionOf(random, logLines))
  }
}

const eventOf = (random: Random): Record<string, unknown> =>
  makeEvent(random, { props: { key: 'fuzz', n: whole(random, 1, 1_000) }, now: ARRIVED }).json

function subscriptionOf(random: Random, logLines: readonly string[]): unknown {
  const logEvents = Array.from({ length: whole(random, 0, 4) }, (_, n) => ({
    id: `cwl-${n}`,
    timestamp: ARRIVED - n,
    message: chance(random, 0.5) ? JSON.stringify(eventOf(random)) : pick(random, logLines),
  }))
  return { messageType: 'DATA_MESSAGE', logGroup: '/shop', logStream: 'a', logEvents }
}

const SEPARATORS = { '\n': 60, '': 10, '\r\n': 8, ',\n': 6, ' ': 4, ',': 3, '\n\n': 4, '\n  ': 3 }

/** Documents and lines as a producer puts them: one, several, or an array. */
export function makeText(random: Random, logLines: readonly string[]): string {
  const length = chance(random, 0.4) ? 1 : whole(random, 2, 9)
  const pieces = Array.from({ length }, () => makePiece(random, logLines))
  if (chance(random, 0.15)) return `[${pieces.join(',')}]`
  if (chance(random, 0.05)) return `[\n  ${pieces.join(',\n  ')}\n]`
  return pieces.reduce((text, piece) => `${text}${weighted(random, SEPARATORS)}${piece}`)
}

/** Around a text, as records come. */
export function wrap(random: Random, data: Uint8Array): Uint8Array {
  switch (weighted(random, { gzip: 3, zlib: 3, aggregate: 3, members: 1 })) {
    case 'gzip':
      return gzipSync(data, { level: 1 })
    case 'zlib':
      return deflateSync(data, { level: pick(random, [0, 1, 6, 9]) })
    case 'aggregate':
      return encodeAggregate([
        { partitionKey: 'a', data },
        { partitionKey: 'b', data: chance(random, 0.5) ? gzipSync(data, { level: 1 }) : data },
      ])
    case 'members': {
      const at = whole(random, 0, data.length)
      const fold = chance(random, 0.5) ? gzipSync : deflateSync
      return Buffer.concat([fold(data.subarray(0, at)), fold(data.subarray(at))])
    }
  }
}
