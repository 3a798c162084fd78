import { expect, test } from 'vitest'
import { readRest } from './rest.ts'

/** What it says that is not as in a line where nothing follows. */
function rest(text: string) {
  const read = readRest(text)
  if (read.kind === 'misfit') return read
  const { kind, ...said } = read
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value))
}

test.each([
  ['nothing', '', {}],
  ['blanks', '  ', {}],
  ['dashes', ' - "-" ""', {}],
  ['a header', ' "203.0.113.7"', { forwarded: true, forwardedFor: '203.0.113.7' }],
  [
    'a header of a way',
    ' "10.0.0.1, 203.0.113.7"',
    { forwarded: true, forwardedFor: '203.0.113.7' },
  ],
  [
    'one without blanks',
    ' "10.0.0.1,203.0.113.7:80"',
    { forwarded: true, forwardedFor: '203.0.113.7' },
  ],
  ['one of nobody', ' "unknown, 10.0.0.1"', { forwarded: true }],
  [
    'a header and seconds',
    ' "203.0.113.7" 0.005',
    { forwarded: true, forwardedFor: '203.0.113.7', durationMs: 5 },
  ],
  ['no header and seconds', ' "-" 12.345', { durationMs: 12_345 }],
  ['seconds in quotes', ' "0.012"', { durationMs: 12 }],
  ['seconds of nothing', ' 0.000', { durationMs: 0 }],
  ['seconds and no others', ' 0.215 -', { durationMs: 215 }],
  ['ms', ' 210ms', { durationMs: 210 }],
  ['parts of a ms', ' 1.5ms', { durationMs: 1.5 }],
  ['µs', ' 1834us', { durationMs: 1.834 }],
  ['µs by their letter', ' 1834µs', { durationMs: 1.834 }],
  ['seconds by their unit', ' 0.21s', { durationMs: 210 }],
  ['seconds that no number holds exactly', ' 1.005s', { durationMs: 1_005 }],
  [
    'Traefik',
    ' 42 "a@docker" "http://10.0.0.5:80" 210ms',
    { durationMs: 210, router: 'a@docker', server: 'http://10.0.0.5:80' },
  ],
  ['Traefik without a router', ' 42 "-" "-" 0ms', { durationMs: 0 }],
])('%s may follow', (_, text, said) => {
  const { durationMs, ...others } = said as { durationMs?: number }
  const read = readRest(text)
  expect(read).toMatchObject({ kind: 'rest', hasMore: false })
  expect(read.kind === 'rest' ? read.durationMs : undefined).toBe(durationMs)
  expect(rest(text)).toMatchObject(others)
  expect(rest(text)).not.toHaveProperty(durationMs === undefined ? 'durationMs' : 'misfit')
})

test.each([
  ['a bare whole number', ' 1834', undefined],
  ['a number with two decimals', ' 3.42', undefined],
  ['a number with six decimals', ' 0.215000', undefined],
  ['a negative number', ' -0.215', undefined],
  ['the time of day in seconds', ' 1431857103.123', undefined],
  ['a word', ' upstream', undefined],
  ['a name in quotes', ' "shop.example"', undefined],
  ['a header that is no way', ' "203.0.113.7, <script>"', undefined],
  ['a header that is not the first', ' 0.005 "203.0.113.7"', 5],
  ['a bare address', ' 203.0.113.7', undefined],
  ['a field with its name', ' rt=0.215 uct="0.000, 0.001"', undefined],
  ['two durations, of which the longest counts', ' 0.210 0.215', 215],
  ['two that are the same', ' 0.215 215ms', 215],
  ['what is almost Traefik', ' 42 "a@docker" "b" 210ms', 210],
  ['what is more than Traefik', ' 42 "a@docker" "http://10.0.0.5" 210ms x', 210],
])('of %s something is passed over', (_, text, durationMs) => {
  expect(readRest(text)).toMatchObject({
    kind: 'rest',
    hasMore: true,
    forwarded: false,
    durationMs,
    router: undefined,
  })
})

test.each([
  ['a quote that is not closed', ' "203.0.113.7', '"203.0.113.7'],
  ['an escape at the end', ' "a\\', '"a\\'],
  ['what has no blank before it', 'x', 'x'],
  [
    'another line',
    ' 203.0.113.7 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 5',
    '203.0.113.7 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 5',
  ],
])('%s does not fit', (_, text, is) => {
  expect(readRest(text)).toMatchObject({ kind: 'misfit', field: 'what follows', is })
})

test('what takes the most to read is read in passing', () => {
  const size = 256 * 1024
  for (const text of [' ', ' "', ' "a"', ' [', ' [17/May/2015:', ' 0.001', ' "1.1.1.1,', ',\\"']) {
    const startedMs = performance.now()
    readRest(` "${text.repeat(size / text.length)}`)
    readRest(` ${text.repeat(size / text.length)}`)
    expect(performance.now() - startedMs).toBeLessThan(5_000)
  }
})
