import { describe, expect, test } from 'vitest'
import { MINUTE_MS, SECOND_MS } from '../../../lib/time.ts'
import { createMemoryStore } from './memory-store.testing.ts'
import { createPutAgain, type PutAgain, type Standing } from './put-again.ts'

const T = 1_700_000_040_000

interface Put {
  is: Standing
  key?: string
  hashKey?: string
  text?: string
  at?: number
}

const settle = (memory: PutAgain, { is, key = 'key', hashKey, text = 'text', at = T }: Put) => {
  const data = new TextEncoder().encode(text)
  return memory.isAgain({ partitionKey: key, explicitHashKey: hashKey, data }, is, at)
    ? 'again'
    : 'counts'
}

/** What becomes of these one after the other, on a stream that carries aggregates; also with a restart between any two. */
function fates(...puts: Put[]): string[] {
  const create = () => {
    const memory = createPutAgain({ maxUnits: 10_000 })
    memory.aggregatesCome()
    return memory
  }
  const memory = create()
  const fates = puts.map((put) => settle(memory, put))
  const store = createMemoryStore()
  let restarted = create()
  const again = puts.map((put) => {
    const fate = settle(restarted, put)
    store.write(restarted.takeNews())
    restarted = store.restore(create())
    return fate
  })
  expect(again).toEqual(fates)
  return fates
}

const IN_RANGE = ['inside', 'plain'] as const

describe('a sub-record out of range and an identical one in range are counted once', () => {
  test.each(IN_RANGE)('in either order, the other being %s', (is) => {
    expect(fates({ is: 'outside' }, { is })).toEqual(['counts', 'again'])
    expect(fates({ is }, { is: 'outside' })).toEqual(['counts', 'again'])
  })

  test.each(IN_RANGE)('also one that was beside it, which the KPL puts again, too: %s', (is) => {
    expect(fates({ is: 'beside' }, { is })).toEqual(['counts', 'again'])
    expect(fates({ is }, { is: 'beside' })).toEqual(['counts', 'again'])
    expect(fates({ is: 'outside' }, { is: 'beside' })).toEqual(['counts', 'again'])
    expect(fates({ is: 'beside' }, { is: 'outside' })).toEqual(['counts', 'again'])
  })

  test('at the edge of the span beside others of another explicit hash key', () => {
    const slice = 10_240
    const mine = { hashKey: '2' }
    const before = [
      { ...mine, is: 'outside', at: T + slice },
      { hashKey: '1', is: 'outside', at: T },
    ] as const
    expect(fates(...before, { ...mine, is: 'beside', at: T + 60 * slice })).toEqual([
      ...['counts', 'counts', 'again'],
    ])
  })

  test.each(IN_RANGE)('and each finds one other only: %s', (is) => {
    expect(fates({ is: 'outside' }, { is }, { is })).toEqual(['counts', 'again', 'counts'])
    expect(fates({ is }, { is: 'outside' }, { is: 'outside' })).toEqual([
      'counts',
      'again',
      'counts',
    ])
    expect(
      fates({ is: 'outside' }, { is: 'outside' }, { is }, { is }, { is }).filter(
        (fate) => fate === 'again',
      ),
    ).toHaveLength(2)
  })

  test.each<Standing>(['outside', 'beside', 'inside', 'plain'])(
    'identical ones that are all %s count each',
    (is) => {
      expect(new Set(fates({ is }, { is }, { is }))).toEqual(new Set(['counts']))
    },
  )

  test('one alone and one of an aggregate, both in range, count each', () => {
    expect(fates({ is: 'inside' }, { is: 'plain' })).toEqual(['counts', 'counts'])
  })
})

describe('identical is what has the same', () => {
  test('partition key', () => {
    expect(fates({ is: 'outside', key: 'a' }, { is: 'inside', key: 'b' })[1]).toBe('counts')
  })

  test.each(['', 'text', 'text of a few more bytes than the blocks of its hash', 'x'.repeat(99)])(
    'bytes: %j',
    (text) => {
      for (let cut = 0; cut < text.length; cut++) {
        const other = `${text.slice(0, cut)}~${text.slice(cut + 1)}`
        expect(fates({ is: 'outside', text }, { is: 'inside', text: other })[1]).toBe('counts')
      }
      expect(fates({ is: 'outside', text }, { is: 'inside', text: `${text}\0` })[1]).toBe('counts')
      expect(fates({ is: 'outside', text }, { is: 'inside', text })[1]).toBe('again')
    },
  )

  test('explicit hash key', () => {
    const same = { key: 'k', hashKey: '7' }
    expect(fates({ is: 'outside', ...same }, { is: 'inside', ...same })[1]).toBe('again')
    expect(fates({ is: 'inside', ...same }, { is: 'outside', ...same })[1]).toBe('again')
    const others = [{ key: 'k' }, { key: 'k', hashKey: '8' }, { key: '7', hashKey: 'k' }]
    for (const other of others) {
      expect(fates({ is: 'outside', ...same }, { is: 'inside', ...other })[1]).toBe('counts')
      expect(fates({ is: 'inside', ...other }, { is: 'outside', ...same })[1]).toBe('counts')
    }
  })

  test('and of a record that is no aggregate nobody knows the explicit hash key: any will do, once', () => {
    const keyed = { key: 'k', hashKey: '7' }
    const alone = { is: 'plain', key: 'k' } as const
    expect(fates({ is: 'outside', ...keyed }, alone)[1]).toBe('again')
    expect(fates(alone, { is: 'outside', ...keyed })[1]).toBe('again')
    expect(fates({ is: 'outside', ...keyed }, alone, alone)[2]).toBe('counts')
    expect(fates({ is: 'outside', ...keyed }, alone, { is: 'inside', ...keyed })[2]).toBe('counts')
    expect(fates({ is: 'outside', ...keyed }, { is: 'inside', ...keyed }, alone)[2]).toBe('counts')
  })
})

describe('the two are found', () => {
  test.each([
    [10 * MINUTE_MS, 'again'],
    [10 * MINUTE_MS + 15 * SECOND_MS, 'counts'],
  ])('when they arrived %d ms apart: %s', (apartMs, fate) => {
    for (const at of [T, T + 1_000, T + 9_999, T + 12_345]) {
      expect(fates({ is: 'outside', at }, { is: 'inside', at: at + apartMs })[1]).toBe(fate)
      expect(fates({ is: 'outside', at }, { is: 'inside', at: at - apartMs })[1]).toBe(fate)
      expect(fates({ is: 'inside', at }, { is: 'outside', at: at + apartMs })[1]).toBe(fate)
    }
  })

  test('also when they are the first and the last of thousands', () => {
    const memory = createPutAgain({ maxUnits: 100_000 })
    settle(memory, { is: 'outside', text: 'first' })
    for (let n = 0; n < 50_000; n++) settle(memory, { is: 'inside', text: String(n), at: T + n })
    expect(settle(memory, { is: 'inside', text: 'first', at: T + MINUTE_MS })).toBe('again')
    expect(settle(memory, { is: 'outside', text: '0', at: T + MINUTE_MS })).toBe('again')
    expect(memory.size()).toBe(50_001)
  })

  test('not where more come than may be remembered, and it is said how far it reaches', () => {
    const memory = createPutAgain({ maxUnits: 5_000 })
    for (let n = 0; n < 20_000; n++) {
      settle(memory, { is: 'inside', text: String(n), at: T + n * 10 })
    }
    const now = T + 200 * SECOND_MS
    const whole = memory.wholeAround(now)
    expect(whole).toBeGreaterThan(20 * SECOND_MS)
    expect(whole).toBeLessThan(60 * SECOND_MS)
    const known = 20_000 - Math.floor(whole / 10) + 1
    expect(settle(memory, { is: 'outside', text: String(known), at: now })).toBe('again')
    expect(memory.size()).toBeLessThanOrEqual(5_000)
  })

  test('not of records that are no aggregates, as long as the stream never carried one', () => {
    const memory = createPutAgain({ maxUnits: 100 })
    expect(settle(memory, { is: 'plain' })).toBe('counts')
    expect(memory.size()).toBe(0)
    expect(settle(memory, { is: 'outside' })).toBe('counts')
    expect(settle(memory, { is: 'plain' })).toBe('again')
  })
})
