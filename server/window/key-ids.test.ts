import { expect, test } from 'vitest'
import { CROSSED } from '../../lib/crossed.ts'
import type { StreamEvent } from '../../lib/event.ts'
import { DIMENSIONS } from '../../lib/kpis.ts'
import { plainEvent, ScannedEvent } from '../../lib/scanned-event.ts'
import { MAX_KEY_IDS, NO_KEY } from './dimension-ids.ts'
import { createKeyIds } from './key-ids.ts'
import { eventKey } from './keys.ts'
import { pairKey } from './pair-key.ts'

const event = (fields: object) => ({ id: '', type: 'x', currency: 'USD', ...fields }) as StreamEvent

test('numbers of keys are written in the order of the dimensions, then of the pairs', () => {
  const ids = createKeyIds(CROSSED)
  const out = new Int32Array(1 + DIMENSIONS.length + CROSSED.length)
  const fields = Object.fromEntries(DIMENSIONS.map((dimension) => [dimension, `of ${dimension}`]))
  ids.write(event({ page: 'another' }), out, 1)
  expect([...out]).toEqual([0, 0, ...Array(out.length - 2).fill(NO_KEY)])
  ids.write(event(fields), out, 1)
  const keys = Array.from(out.subarray(1), (id, n) => ids.keys[n]?.[id])
  expect(keys).toEqual([
    ...DIMENSIONS.map((dimension) => fields[dimension]),
    ...CROSSED.map(([one, other]) => pairKey(fields[one] as string, fields[other] as string)),
  ])
})

test('texts that mean one key have one number', () => {
  const ids = createKeyIds([])
  const out = new Int32Array(DIMENSIONS.length)
  const referrer = DIMENSIONS.indexOf('referrer')
  const numbers = ['https://www.a.example/x', 'http://a.example/', 'a.example'].map((text) => {
    ids.write(event({ referrer: text }), out, 0)
    return out[referrer]
  })
  expect(new Set(numbers).size).toBe(1)
  expect(ids.keys[referrer]).toEqual(['a.example'])
})

test('however many keys come, a bounded number has numbers, and it is said in time', () => {
  const ids = createKeyIds(CROSSED)
  const out = new Int32Array(DIMENSIONS.length + CROSSED.length)
  let cleared = 0
  for (let n = 0; n < 5 * MAX_KEY_IDS; n++) {
    const one = event({
      page: `/p/${n}`,
      referrer: `https://h${n}/`,
      campaign: `${n % 200}`,
      account: `${n % 199}`,
    })
    ids.write(one, out, 0)
    for (const [at, id] of out.entries()) {
      if (id >= MAX_KEY_IDS) throw new Error(`${at} has the number ${id}`)
    }
    expect(ids.keys[0]?.[out[0] as number]).toBe(eventKey(one, 'page'))
    if (!ids.isFull()) continue
    ids.clear()
    cleared++
  }
  expect(cleared).toBeGreaterThan(5)
})

test('the keys of a scanned event are those of its texts, whatever pool their numbers are of', () => {
  const scanned = createKeyIds(CROSSED)
  const plain = createKeyIds(CROSSED)
  const width = DIMENSIONS.length + CROSSED.length
  const [one, other] = [new Int32Array(width), new Int32Array(width)]
  const pools = [
    ['', 'acme', 'https://www.a.example/x', 'mobile'],
    ['', 'mobile', 'zenith', 'acme'],
    ['', 'a.example'],
  ]
  const keysOf = (ids: Int32Array, keys: readonly (readonly string[])[]) =>
    Array.from(ids, (id, n) => keys[n]?.[id])
  for (let n = 0; n < 600; n++) {
    const texts = pools[Math.floor(n / 7) % pools.length] as string[]
    const made = new ScannedEvent(new Uint8Array(), texts)
    made.pooledReferrer = (n % (texts.length - 1)) + 1
    made.pooledAccount = n % 5 === 0 ? undefined : 1
    made.pooledDevice = n % 3 === 0 ? 'of its own' : texts.length - 1
    made.pooledCampaign = texts.length - 1
    const event = made as unknown as StreamEvent
    scanned.write(event, one, 0)
    plain.write(plainEvent(event), other, 0)
    expect(keysOf(one, scanned.keys)).toEqual(keysOf(other, plain.keys))
    if (n % 50 === 0) scanned.clear()
  }
})
