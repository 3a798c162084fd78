import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addressIn, firstPublic, isPublic } from './address.ts'

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['203.0.113.7:4711', '203.0.113.7'],
  ['2001:db8::7', '2001:db8::7'],
  ['[2001:db8::7]', '2001:db8::7'],
  ['[2001:db8::7]:4711', '2001:db8::7'],
  ['::1', '::1'],
  ['2001:DB8:0:0:0:0:0:7', '2001:db8::7'],
  ['[2001:0db8::0007]:4711', '2001:db8::7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['::FFFF:cb00:7107', '203.0.113.7'],
  ['[0:0:0:0:0:ffff:203.0.113.7]:4711', '203.0.113.7'],
  ['FE80:0::1%eth0', 'fe80::1%eth0'],
  ['fe80::1%eth0', 'fe80::1%eth0'],
])('%s is the address %s', (text, address) => {
  expect(addressIn(text)).toBe(address)
})

/** Any way that RFC 4291 allows to write eight groups of an address. */
const spelling = (groups: readonly number[]) =>
  fc
    .tuple(fc.nat(7), fc.nat(8), fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean())
    .map(([from, length, isPadded, isUpper, isDotted, isShort]) => {
      const words = groups.map((group) => group.toString(16).padStart(isPadded ? 4 : 1, '0'))
      const [high = 0, low = 0] = groups.slice(6)
      const tail = isDotted
        ? [[high >> 8, high & 255, low >> 8, low & 255].join('.')]
        : words.slice(6)
      const to = Math.min(from + length, 6)
      const isZero = to > from && groups.slice(from, to).every((group) => group === 0)
      const head = words.slice(0, 6)
      const text =
        isShort && isZero
          ? `${head.slice(0, from).join(':')}::${[...head.slice(to), ...tail].join(':')}`
          : [...head, ...tail].join(':')
      return isUpper ? text.toUpperCase() : text
    })

test('an address is one text, however it was written', () => {
  const group = fc.oneof(fc.constant(0), fc.constant(0xffff), fc.nat(0xffff))
  const spellings = fc
    .array(group, { minLength: 8, maxLength: 8 })
    .chain((groups) => fc.tuple(spelling(groups), spelling(groups)))
  fc.assert(
    fc.property(spellings, ([one, other]) => {
      const address = addressIn(one) as string
      expect(address).toBeDefined()
      expect(addressIn(other)).toBe(address)
      expect(addressIn(address)).toBe(address)
      expect(addressIn(`[${other}]:4711`)).toBe(address)
    }),
  )
})

test('an IPv4 address in IPv6 is what it is in IPv4', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      expect(addressIn(`::ffff:${address}`)).toBe(address)
    }),
  )
})

test.each([
  '',
  '-',
  'unknown',
  'shop.example',
  'shop.example:443',
  '203.0.113',
  '203.0.113.256',
  '203.0.113.7:',
  '203.0.113.7:x',
  '203.0.113.7,',
  '[203.0.113.7',
  '[shop.example]:443',
  '[]',
])('%s is none', (text) => {
  expect(addressIn(text)).toBeUndefined()
})

test.each([
  ['of no host', '0.0.0.0', '224.0.0.1', '255.255.255.255', '::', 'ff02::1'],
  ['private', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '::ffff:10.0.0.1'],
  ['of the loopback', '127.0.0.1', '127.255.0.1', '::1', '::ffff:127.0.0.1'],
  ['of a link', '169.254.1.1', 'fe80::1', 'fe80::1%eth0'],
  ['of a carrier', '100.64.0.1', '100.127.255.255'],
  ['unique local', 'fc00::1', 'fdab::1'],
])('addresses %s are not public', (_, ...addresses) => {
  expect(addresses.filter(isPublic)).toEqual([])
})

test('all others are public, next to those that are not, too', () => {
  const addresses = [
    ...['9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.0.0.1', '128.0.0.1'],
    ...['169.253.1.1', '172.15.255.255', '172.32.0.0', '192.167.1.1', '192.169.1.1'],
    ...['203.0.113.7', '223.255.255.255', '2001:db8::1', '::2', 'fbff::1', '::ffff:203.0.113.7'],
  ]
  expect(addresses.filter((address) => !isPublic(address))).toEqual([])
})

test('of a way the first public address counts, wherever it stands', () => {
  expect(firstPublic(['10.0.0.1', undefined, '203.0.113.7', '203.0.113.8'])).toBe('203.0.113.7')
  expect(firstPublic(['10.0.0.1', undefined])).toBeUndefined()
  expect(firstPublic([])).toBeUndefined()
})
