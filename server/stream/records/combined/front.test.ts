import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readFront } from './front.ts'

/** What it says that is not undefined. */
function front(text: string) {
  const read = readFront(text)
  if (read.kind === 'misfit') return read
  const { kind, isPlain, publicVisitor, ...said } = read
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined))
}

const misfit = (text: string): unknown => {
  const read = readFront(text)
  return read.kind === 'misfit' ? [read.field, read.is] : read
}

describe('in front of the time stand', () => {
  test.each([
    ['a client', '203.0.113.7 - -', { visitor: '203.0.113.7' }],
    ['a client and a user', '203.0.113.7 - ann', { visitor: '203.0.113.7', user: 'ann' }],
    ['an identity, which is passed over', '203.0.113.7 id -', { visitor: '203.0.113.7' }],
    ['the host in its place', '203.0.113.7 shop.example -', { visitor: '203.0.113.7' }],
    ['a private client', '10.0.0.1 - -', { visitor: '10.0.0.1' }],
    ['the loopback', '::1 - -', { visitor: '::1' }],
    ['a client with its port', '203.0.113.7:4711 - -', { visitor: '203.0.113.7' }],
    ['one of IPv6', '[::1]:4711 - -', { visitor: '::1' }],
    ['a client by its name', 'host-7.isp.example - -', { visitor: 'host-7.isp.example' }],
    ['one with a part masked', '203.0.113.xxx - -', { visitor: '203.0.113.xxx' }],
    ['no client', '- - -', {}],
    ['no client but a user', '- - ann', { user: 'ann' }],
    ['the socket of a machine', 'unix: - -', {}],
    ['a user that is empty', '203.0.113.7 - ""', { visitor: '203.0.113.7' }],
    ['a user in quotes', '203.0.113.7 - "ann s"', { visitor: '203.0.113.7', user: 'ann s' }],
    [
      'a user of a domain',
      '203.0.113.7 - AD\\\\ann',
      { visitor: '203.0.113.7', user: 'AD\\\\ann' },
    ],
    ['an escaped quote', '203.0.113.7 - a\\"b', { visitor: '203.0.113.7', user: 'a\\"b' }],
    ['a user that is a mail address', '203.0.113.7 - ann@a.example', { user: 'ann@a.example' }],
  ])('%s', (_, text, said) => {
    expect(front(text)).toMatchObject(said)
    expect(front(text)).not.toHaveProperty('host')
    expect('visitor' in front(text)).toBe(/^[^-u]/.test(text))
  })

  const visitor = '203.0.113.7'
  test.each([
    ['a host', 'shop.example 203.0.113.7 - -', { host: 'shop.example', visitor }],
    [
      'a host with its port',
      'shop.example:443 203.0.113.7 - ann',
      { host: 'shop.example', port: 443, visitor, user: 'ann' },
    ],
    [
      'an address with its port',
      '203.0.113.1:80 203.0.113.7 - -',
      { host: '203.0.113.1', port: 80, visitor },
    ],
    ['one of IPv6', '[2001:db8::1]:80 203.0.113.7 - -', { host: '2001:db8::1', port: 80, visitor }],
    [
      'a host and a client by its name',
      'a.example b.example - -',
      { host: 'a.example', visitor: 'b.example' },
    ],
    ['a host and no client', 'a.example:80 - - -', { host: 'a.example', port: 80 }],
    ['no host', '- 203.0.113.7 - -', { visitor }],
    ['no host, but a port', '-:80 203.0.113.7 - -', { port: 80, visitor }],
    ['any host', '_ 203.0.113.7 - -', { host: '_', visitor }],
    [
      'an identity behind',
      'a.example:80 203.0.113.7 id ann',
      { host: 'a.example', port: 80, visitor, user: 'ann' },
    ],
    ['a list behind', 'a.example 10.0.0.1, 203.0.113.7 - -', { host: 'a.example', visitor }],
  ])('a host that was asked: %s', (_, text, said) => {
    expect(front(text)).toEqual(said)
  })

  test.each([
    ['a duration in seconds', '0.215 203.0.113.7 - -'],
    ['a duration in ms', '1834 203.0.113.7 - -'],
    ['a time', '1431857103.123 203.0.113.7 - -'],
    ['an address that cannot be', '203.0.113.999 203.0.113.7 - -'],
    ['a number with a port', '1834:80 203.0.113.7 - -'],
  ])('a number is no host that was asked: %s', (_, text) => {
    expect(misfit(text)).toEqual(['client', text])
  })

  test('a number that stands alone is the client of a log without addresses', () => {
    expect(front('34600 - -')).toEqual({ visitor: '34600' })
  })

  test.each([
    ['the first of them', '203.0.113.7, 203.0.113.8 - -', '203.0.113.7'],
    ['the first public one', '10.0.0.1, 203.0.113.7, 203.0.113.8 - -', '203.0.113.7'],
    ['one without blanks between', '10.0.0.1,203.0.113.7 - -', '203.0.113.7'],
    ['one with its port', '10.0.0.1:80, [2001:db8::7]:4711 - -', '2001:db8::7'],
    ['one behind names', 'unknown, proxy.example, 203.0.113.7 - -', '203.0.113.7'],
    ['nobody', '10.0.0.1, 192.168.0.1 - -', undefined],
    ['nobody', 'unknown, - - -', undefined],
    ['nobody', '127.0.0.1, ::1, fe80::1, fd00::1, 100.64.0.1 - -', undefined],
  ])('addresses, and the visitor is %s', (_, text, found) => {
    expect(front(text)).toEqual(found === undefined ? {} : { visitor: found })
  })
})

test.each([
  ['client', 'a.example:443 - -', 'a.example:443'],
  ['client', '203.0.113.7 203.0.113.8 - -', '203.0.113.7 203.0.113.8'],
  ['client', 'a.example 203.0.113.7 203.0.113.8 - -', 'a.example 203.0.113.7 203.0.113.8 - -'],
  ['client', 'a.example b.example c.example - -', 'a.example b.example c.example - -'],
  ['client', '203.0.113.7, - -', '203.0.113.7, - -'],
  ['client', '"203.0.113.7" - -', '"203.0.113.7"'],
  ['client', '{"a":1} - -', '{"a":1}'],
  ['client', 'é - -', 'é'],
  ['client', ' 203.0.113.7 - -', ' 203.0.113.7 - -'],
  ['client', `${'x'.repeat(255)} - -`, 'x'.repeat(255)],
  ['identity', 'a.example 203.0.113.7 -', '203.0.113.7'],
  ['identity', '203.0.113.21 10.0.0.1 ann', '10.0.0.1'],
  ['identity', '203.0.113.7 -', ''],
  ['identity', '203.0.113.7  -', ''],
  ['user', '203.0.113.7 - ann smith', 'ann smith'],
  ['user', '203.0.113.7 - - -', '- -'],
  ['user', 'host-7.example - ann smith', 'ann smith'],
  ['user', '203.0.113.7 - "ann', '"ann'],
  ['user', '203.0.113.7 - [ann]', '[ann]'],
  ['user', '203.0.113.7 - ', ''],
  ['user', '203.0.113.7', ''],
])('the %s does not fit in %s', (field, text, is) => {
  expect(misfit(text)).toEqual([field, is])
})

test('a column that is put in is never taken for the client', () => {
  const word = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.constantFrom('-', 'a.example', 'a.example:80', 'ann', '"a b"', '203.0.113.9,', 'x,y', '200'),
  )
  const usual = fc.constantFrom(
    '203.0.113.7 - -',
    '203.0.113.7 - ann',
    'shop.example 203.0.113.7 - -',
    'shop.example:443 203.0.113.7 - ann',
    '[::1]:443 203.0.113.7 - ann',
  )
  fc.assert(
    fc.property(usual, word, fc.nat(4), (text, added, at) => {
      const words = text.split(' ')
      const read = readFront([...words.slice(0, at), added, ...words.slice(at)].join(' '))
      if (read.kind === 'misfit') return
      // A list says that it is one.
      const isList = added.endsWith(',')
      expect(['203.0.113.7', ...(isList ? ['203.0.113.9'] : [])]).toContain(read.visitor)
    }),
    { numRuns: 2_000 },
  )
})
