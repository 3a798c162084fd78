import { describe, expect, test } from 'vitest'
import { parseIpinyou } from './replay-ipinyou.ts'

const COLUMNS = {
  bid: 'b1d',
  stamp: '20260203010203456',
  log: '1',
  user: 'u5er',
  agent: 'Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 5.1)',
  ip: '192.0.2.*',
  region: '1',
  city: '2',
  exchange: '3',
  domain: 'd0main',
  url: 'ur1',
  anonymousUrl: 'null',
  slot: 's10t',
  width: '300',
  height: '250',
  visibility: 'FirstView',
  format: 'Na',
  floor: '5',
  creative: '77',
  bidPrice: '294',
  paying: '201',
  keyPage: 'null',
  advertiser: '9001',
  tags: '1,2',
}

const line = (change: Partial<typeof COLUMNS> = {}): string =>
  Object.values({ ...COLUMNS, ...change }).join('\t')

function event(change: Partial<typeof COLUMNS> = {}) {
  const parsed = parseIpinyou(line(change))
  if (parsed.kind !== 'events') throw new Error(JSON.stringify(parsed))
  expect(parsed.events).toHaveLength(1)
  return { ...parsed.events[0], key: parsed.partitionKey }
}

describe('an impression', () => {
  test('becomes an ad_impression that its advertiser pays for', () => {
    const { event: impression, at, key } = event()
    expect(at).toBe(Date.UTC(2026, 1, 2, 17, 2, 3, 456))
    expect(key).toBe('u5er')
    expect(impression).toMatchObject({
      id: 'b1d:ad_impression',
      type: 'ad_impression',
      time: '2026-02-02T17:02:03.456Z',
      visitor: 'u5er',
      page: 'ur1',
      account: '9001',
      campaign: '77',
      ad: '77',
      placement: 's10t',
      device: 'desktop',
      country: 'CN',
      cost: '0.201000',
      currency: 'CNY',
    })
    expect(impression?.props).not.toHaveProperty('key_page')
    expect(impression?.props).not.toHaveProperty('slot_format')
  })

  test.each([
    ['0', '0.000000'],
    ['7', '0.007000'],
    ['12345', '12.345000'],
    ['1.5', '0.001500'],
    ['300.125', '0.300125'],
    ['999999999.999', '999999.999999'],
  ])('at %s per thousand costs %s', (paying, cost) => {
    expect(event({ paying }).event?.cost).toBe(cost)
  })

  test('logged twice has one id, at whatever time and of whatever user', () => {
    const again = event({ stamp: '20260203010204456', user: 'other' })
    expect(again.event?.id).toBe(event().event?.id)
  })
})

test('a click costs nothing more, and its id is not that of its impression', () => {
  const { event: click } = event({ log: '2' })
  expect(click).toMatchObject({ id: 'b1d:ad_click', type: 'ad_click', account: '9001' })
  expect(click).not.toHaveProperty('cost')
  expect(click).not.toHaveProperty('currency')
  expect(click?.props).toMatchObject({ paying_price: '201' })
})

describe('a line', () => {
  test.each([
    ['torn', line().slice(0, 60), '5 columns instead of 24'],
    ['of a kind nobody knows', line({ log: '9' }), 'log type 9'],
    ['without a bid id', line({ bid: 'null' }), 'no bid id'],
    ['at no time', line({ stamp: '20260230010203456' }), 'not a time'],
    ['with a price that is none', line({ paying: 'free' }), 'not a paying price'],
    ['with a price finer than a micro-unit', line({ paying: '1.2345' }), 'not a paying price'],
  ])('%s is skipped with its reason', (_, text, reason) => {
    const parsed = parseIpinyou(text)
    expect(parsed.kind).toBe('skipped')
    if (parsed.kind === 'skipped') expect(parsed.reason).toContain(reason)
  })

  test('without a user still has a partition key', () => {
    expect(event({ user: 'null' }).key).toBe('b1d')
  })
})
