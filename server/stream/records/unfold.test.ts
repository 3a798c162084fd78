import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { decodeRecord, MAX_UNFOLDED_BYTES } from './decode-record.ts'
import { gunzip } from './unfold.ts'

const values = (data: Uint8Array) =>
  decodeRecord(data).items.map((item) => (item.ok ? item.value : item.rejection.reason))
const details = (data: Uint8Array) =>
  decodeRecord(data).items.flatMap((item) => (item.ok ? [] : [item.rejection.detail]))

const [a, b] = [{ type: 'a' }, { type: 'b' }]
const [lineA, lineB] = [gzipSync('{"type":"a"}\n'), gzipSync('{"type":"b"}\n')]
const MIB = 1024 * 1024

describe('a gzipped record', () => {
  test.each([
    ['one event', gzipSync('{"type":"a"}'), [a]],
    ['an array', gzipSync('[{"type":"a"},{"type":"b"}]'), [a, b]],
    ['lines', gzipSync('{"type":"a"}\r\n\n{"type":"b"}\n'), [a, b]],
    ['a byte order mark', gzipSync('\ufeff{"type":"a"}'), [a]],
    ['nothing', gzipSync(''), ['empty']],
    ['what is not UTF-8', gzipSync(Uint8Array.of(0xff)), ['not_utf8']],
    ['gzip again', gzipSync(lineA), ['compression']],
    ['several members', Buffer.concat([lineA, lineB, lineA]), [a, b, a]],
    [
      'a line that goes on in the next member',
      Buffer.concat([gzipSync('{"type"'), gzipSync(':"a"}')]),
      [a],
    ],
    ['zeros behind it', Buffer.concat([lineA, new Uint8Array(100)]), [a]],
    ['an empty member', Buffer.concat([lineA, gzipSync(''), lineB]), [a, b]],
  ])('of %s', (_name, data, expected) => {
    expect(values(data)).toEqual(expected)
  })

  test.each([
    ['one byte', Uint8Array.of(10)],
    ['text', new TextEncoder().encode('what is this?')],
    ['what begins like a member', Uint8Array.of(0x1f, 0x8b, 0xff, 1, 2, 3, 4, 5, 6, 7, 8, 9)],
    ['a torn member', lineB.subarray(0, 20)],
    ['a member behind zeros', Buffer.concat([new Uint8Array(3), lineB])],
  ])('with %s behind its end is read, and the rest is one rejection', (_name, rest) => {
    const data = Buffer.concat([lineA, lineB, rest])
    expect(values(data)).toEqual([a, b, 'bad_gzip'])
    expect(details(data)).toEqual([expect.stringContaining(`${rest.length} bytes behind its end`)])
    const last = decodeRecord(data).items.at(-1)
    expect(last?.ok === false && Buffer.compare(Buffer.from(last.part as Uint8Array), rest)).toBe(0)
  })

  test('with a name, a comment, extra fields and a header checksum is told apart too', () => {
    const raw = gzipSync('{"type":"a"}').subarray(10)
    const header = [0x1f, 0x8b, 8, 4 + 8 + 16, 0, 0, 0, 0, 0, 3]
    const extra = [3, 0, 1, 2, 3]
    const texts = [...Buffer.from('name\0a comment\0')]
    const member = Buffer.concat([Uint8Array.from([...header, ...extra, ...texts]), raw])
    expect(values(Buffer.concat([member, Uint8Array.of(1)]))).toEqual([a, 'bad_gzip'])
  })

  test.each([
    ['torn in its header', lineA.subarray(0, 5)],
    ['torn in its data', lineA.subarray(0, 14)],
    ['torn in its checksum', lineA.subarray(0, lineA.length - 1)],
    ['changed', lineA.map((byte, at) => (at === lineA.length - 8 ? byte ^ 1 : byte))],
  ])('that is %s is rejected as a whole', (_name, data) => {
    expect(values(data)).toEqual(['bad_gzip'])
  })

  test('of 10,000 members, the last one torn, does not look at all of them apart', () => {
    const members = Array.from({ length: 10_000 }, () => lineA)
    const items = values(Buffer.concat([...members, lineB.subarray(0, 20)]))
    expect(items.at(-1)).toBe('bad_gzip')
    expect(items.length).toBeLessThan(1_000)
  })

  test('counts by the bytes it unfolds to', () => {
    const text = JSON.stringify({ type: 'a', page: 'p'.repeat(1_000) })
    expect(decodeRecord(gzipSync(text)).bytes).toBe(text.length)
  })

  test('may unfold to 32 MiB', () => {
    const line = `${JSON.stringify({ type: 'a', page: 'p'.repeat(1_000) })}\n`
    const data = gzipSync(line.repeat(Math.ceil((32 * MIB) / line.length)))
    expect(values(data).length).toBeGreaterThan(30_000)
  })

  test('that would unfold without end is rejected, in one member or in many', () => {
    const half = gzipSync(Buffer.alloc(MAX_UNFOLDED_BYTES / 2, ' '), { level: 1 })
    expect(values(Buffer.concat([half, half, gzipSync('1')]))).toEqual(['too_large'])
    expect(gunzip(Buffer.concat([half, half, lineA]), MAX_UNFOLDED_BYTES).kind).toBe('too_large')
  })

  test('of few bytes that would take twenty times as much memory is rejected', () => {
    expect(values(gzipSync(`[${'[],'.repeat(5_000_000)}[]]`))).toEqual(['too_large'])
  })
})

describe('a record in zlib', () => {
  const [zlibA, zlibB] = [deflateSync('{"type":"a"}\n'), deflateSync('{"type":"b"}\n')]

  test.each([-1, 0, 1, 5, 6, 9])('is opened like gzip, of level %i', (level) => {
    expect(values(deflateSync('[{"type":"a"},{"type":"b"}]', { level }))).toEqual([a, b])
  })

  test.each([
    ['nothing', deflateSync(''), ['empty']],
    ['what is not UTF-8', deflateSync(Uint8Array.of(0xff)), ['not_utf8']],
    ['several streams', Buffer.concat([zlibA, zlibB, zlibA]), [a, b, a]],
    ['a line in two streams', Buffer.concat([deflateSync('{"type"'), deflateSync(':"a"}')]), [a]],
    ['zeros behind it', Buffer.concat([zlibA, new Uint8Array(100)]), [a]],
    ['an empty stream', Buffer.concat([zlibA, deflateSync(''), zlibB]), [a, b]],
  ])('of %s', (_name, data, expected) => {
    expect(values(data)).toEqual(expected)
  })

  test.each([
    ['one byte', Uint8Array.of(10)],
    ['text', new TextEncoder().encode('what is this?')],
    ['a torn stream', zlibB.subarray(0, 12)],
    ['gzip', lineB],
    ['a stream behind zeros', Buffer.concat([new Uint8Array(3), zlibB])],
  ])('with %s behind its end is read, and the rest is one rejection', (_name, rest) => {
    const data = Buffer.concat([zlibA, zlibB, rest])
    expect(values(data)).toEqual([a, b, 'bad_zlib'])
    expect(details(data)).toEqual([expect.stringContaining(`${rest.length} bytes behind its end`)])
  })

  test.each([
    ['torn in its data', zlibA.subarray(0, 12)],
    ['torn in its checksum', zlibA.subarray(0, zlibA.length - 1)],
    ['changed', zlibA.map((byte, at) => (at === zlibA.length - 2 ? byte ^ 1 : byte))],
  ])('that is %s is rejected as a whole', (_name, data) => {
    expect(values(data)).toEqual(['bad_zlib'])
  })

  test('that would unfold without end is rejected, in one stream or in many', () => {
    const half = deflateSync(Buffer.alloc(MAX_UNFOLDED_BYTES / 2, ' '), { level: 1 })
    expect(values(Buffer.concat([half, half, deflateSync('1')]))).toEqual(['too_large'])
    expect(values(deflateSync(Buffer.alloc(MAX_UNFOLDED_BYTES + 1, ' ')))).toEqual(['too_large'])
  })

  test('of very many streams is read as far as they are looked at', () => {
    const data = Buffer.concat(Array.from({ length: 2_000 }, () => zlibA))
    const items = values(data)
    expect(items).toHaveLength(1_001)
    expect(items.at(-1)).toBe('bad_zlib')
  })

  test('is not what only begins like it', () => {
    expect(values(new TextEncoder().encode('x^2\n{"type":"a"}'))).toEqual(['not_json', a])
    expect(values(deflateRawSync('{"type":"a"}'))).not.toContain('bad_zlib')
  })
})
