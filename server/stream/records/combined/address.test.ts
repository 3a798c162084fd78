import { expect, test } from 'vitest'
import { addressIn, firstPublic, isPublic } from './address.ts'

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['203.0.113.7:4711', '203.0.113.7'],
  ['2001:db8::7', '2001:db8::7'],
  ['[2001:db8::7]', '2001:db8::7'],
  ['[2001:db8::7]:4711', '2001:db8::7'],
  ['::1', '::1'],
  ['::ffff:203.0.113.7', '::ffff:203.0.113.7'],
  ['fe80::1%eth0', 'fe80::1%eth0'],
])('%s is the address %s', (text, address) => {
  expect(addressIn(text)).toBe(address)
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
