import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { bytes, decoded, scanned } from './log.testing.ts'
import { MAX_UNUSUAL_LINES } from './log.ts'

const line = (
  change: Partial<Record<'client' | 'time' | 'request' | 'answer' | 'origin', string>> = {},
) => {
  const {
    client,
    time: at,
    request: asked,
    answer,
    origin,
  } = {
    client: '192.0.2.7 - ann',
    time: '17/May/2015:10:05:03 +0000',
    request: 'GET /shop/tents?sort=price HTTP/1.1',
    answer: '200 5120',
    origin: '"https://search.example/?q=tents" "Mozilla/5.0 (iPhone) Mobile/15E148"',
    ...change,
  }
  return `${client} [${at}] "${asked}" ${answer} ${origin}`
}

describe('of a log is read from its bytes', () => {
  test.each([
    ['a line', line(), 2],
    ['a line with an end', `${line()}\n`, 2],
    ['lines as Windows ends them', `${line()}\r\n${line()}\r\n`, 4],
    ['an address of IPv6', line({ client: '2001:db8::7 - -' }), 2],
    ['a file', line({ request: 'GET /style.css?v=3 HTTP/1.1' }), 1],
    ['a form', line({ request: 'POST /form HTTP/2.0' }), 1],
    ['a request without a protocol', line({ request: 'GET /old' }), 2],
    ['an answer without a size', line({ answer: '304 -' }), 2],
    ['nothing about where it came from', line({ origin: '"-" "-"' }), 2],
    ['escapes in what it came from', line({ origin: '"http://a/?\\xd0\\xb0" "a \\"b\\" c"' }), 2],
    ['further fields', `${line()} "0.012" upstream`, 2],
    ['no user agent', line({ origin: '' }).trimEnd(), 2],
    ['a host', line({ client: 'shop.example:443 192.0.2.7 - -' }), 2],
    ['a host of IPv6 that is not first', `${line()}\n${line({ client: '[::1]:80 ::2 - -' })}`, 4],
    ['a list of addresses', line({ client: '10.0.0.1, [2001:db8::7]:80 - -' }), 2],
    ['no client', line({ client: '- - -' }), 2],
    ['a user in quotes', line({ client: '192.0.2.7 - "ann s"' }), 2],
    ['a time with its fraction', line({ time: '17/May/2015:10:05:03.123 +0000' }), 2],
    ['one behind a comma', line({ time: '17/May/2015:10:05:03,999 +0000' }), 2],
    ['whom it was forwarded for', `${line()} "203.0.113.7, 10.0.0.1"`, 2],
    ['seconds', `${line()} "-" 0.215`, 2],
    ['Traefik', `${line()} 42 "a@b" "http://10.0.0.5:80" 210ms`, 2],
    ['other zones and days', `${line({ time: '31/Dec/2015:23:59:59 -0130' })}\n${line()}`, 4],
    ['a time in the future', line({ time: '17/May/2035:10:05:03 +0000' }), 2],
  ])('%s', (_name, text, events) => {
    const found = scanned(bytes(text))
    expect(found?.items).toStrictEqual(decoded(bytes(text)))
    expect(found).toMatchObject({ fromBytes: events, items: { length: events } })
  })

  test('all but the unusual lines, which keep their places', () => {
    const odd = line({ request: '\\x16\\x03', answer: '400 0' })
    const text = [
      line(),
      odd,
      'hello world',
      '{"type":"x"}',
      '',
      line({ origin: '"é" "-"' }),
      line(),
    ].join('\n')
    const found = scanned(bytes(text))
    expect(found?.items).toStrictEqual(decoded(bytes(text)))
    expect(found?.items.map((item) => (item.ok ? item.event.type : item.rejection.reason))).toEqual(
      [
        'request',
        'page_view',
        'request',
        'not_json',
        'x',
        'request',
        'page_view',
        'request',
        'page_view',
      ],
    )
    expect(found?.fromBytes).toBe(4)
  })

  test.each([
    ['the last moment that is accepted', line({ time: '20/Nov/2286:17:46:39 +0000' })],
    ['a moment after it', line({ time: '31/Dec/2199:23:59:59 -0130' })],
    ['a moment before the first', line({ time: '01/Jan/1970:00:10:00 +0130' })],
    ['a day without its colon', line({ time: '18/May/2015 10:05:03 +0000' })],
    ['a time without its colons', line({ time: '17/May/2015:10-05:03 +0000' })],
    ['a leap second', line({ time: '31/Dec/2016:23:59:60 +0000' })],
    ['a size that no number holds exactly', line({ answer: '200 49414341647391268729' })],
    ['JSON that looks like a line', '{"a - - [17/May/2015:10:05:03 +0000] ":" 200 5 "," ":" y"}'],
    ['half a pair where a text is cut', line({ origin: `"-" "${'😀'.repeat(4_097)}"` })],
  ])('%s, among others, as it is read alone', (_name, odd) => {
    const data = bytes([line(), odd, odd, line()].join('\n'))
    expect(scanned(data)?.items).toStrictEqual(decoded(data))
  })

  test.each([
    ['nothing', ''],
    ['blanks', ' \n '],
    ['no line of a log', 'hello world\n'],
    ['a first line that is unusual', line({ origin: '"é" "-"' })],
  ])('nothing, where it begins with %s', (_name, text) => {
    expect(scanned(bytes(text))).toBeUndefined()
  })

  test('nothing, where more lines are unusual than are read at a stretch', () => {
    const lines = (odd: number) => bytes(`${line()}\n${'x\n'.repeat(odd)}`)
    const found = scanned(lines(MAX_UNUSUAL_LINES))
    expect(found?.items).toStrictEqual(decoded(lines(MAX_UNUSUAL_LINES)))
    expect(scanned(lines(MAX_UNUSUAL_LINES + 1))).toBeUndefined()
  })

  test('all but a line that is not UTF-8, which is one rejection with its own bytes', () => {
    const odd = Uint8Array.of(0x61, 0xff, 0x62)
    const data = Uint8Array.of(...bytes(`${line()}\n `), ...odd, ...bytes(`\n${line()}\n`))
    const found = scanned(data)
    expect(found?.items).toStrictEqual(decoded(data))
    expect(found?.fromBytes).toBe(4)
    expect(found?.items[2]).toMatchObject({ rejection: { reason: 'not_utf8' }, part: odd })
  })

  test.each([
    ['an array', '[{"type":"x"}]'],
    ['an event over two lines', '{"type":\n"x"}'],
    ['a torn event', '{"ty'],
    ['a comma', '{"type":"x"}\n,{"type":"y"}'],
    ['a message of CloudWatch Logs', '{"messageType":"CONTROL_MESSAGE","logEvents":[]}'],
  ])('nothing, where among the lines there is %s', (_name, odd) => {
    expect(scanned(bytes(`${line()}\n${odd}\n${line()}\n`))).toBeUndefined()
  })

  test('texts that are right when more of them came than are remembered', () => {
    const text = (n: number) =>
      line({
        client: `host-${n} - user-${n}`,
        request: `GET /page/${n} HTTP/1.1`,
        origin: `"https://a.example/${n}/${'x'.repeat(n % 300)}" "agent ${n} ${n % 3 === 0 ? 'bot' : ''}"`,
      })
    for (let n = 0; n < 18_000; n += 100) {
      const data = bytes(Array.from({ length: 100 }, (_, at) => text((n + at) % 9_000)).join('\n'))
      expect(scanned(data)).toEqual({ fromBytes: 200, partlyRead: 0, items: decoded(data) })
    }
  })
})

const LOG = fileURLToPath(new URL('../../../../../shared/data/weblog/apache.log', import.meta.url))

test.skipIf(!existsSync(LOG))(
  'a real log is read as the regular expressions read it (skipped: ../shared/data is not there)',
  () => {
    const data = new Uint8Array(readFileSync(LOG))
    const newline = 0x0a
    let [from, events, fromBytes] = [0, 0, 0]
    while (from < data.length) {
      const to = data.lastIndexOf(newline, from + 50_000) + 1
      const part = data.subarray(from, Math.max(to, from + 1))
      const found = scanned(part)
      expect(found?.items).toStrictEqual(decoded(part))
      events += found?.items.length ?? 0
      fromBytes += found?.fromBytes ?? 0
      from += part.length
    }
    expect(fromBytes / events).toBeGreaterThan(0.99)
  },
)
