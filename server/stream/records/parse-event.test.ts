import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { eventSchema, TEXT_FIELDS } from '../../../lib/event.ts'
import { FUTURE_SKEW_MS, parseEvent } from './parse-event.ts'

const arrivedAt = 1_700_000_000_000
const parse = (value: unknown) => parseEvent(value, { arrivedAt, fallbackId: () => 'shard:1:0' })
const problem = (value: unknown) => {
  const parsed = parse(value)
  return parsed.ok ? undefined : parsed.rejection.detail
}

describe('an event', () => {
  test('takes its arrival time and its place in the stream where it says nothing else', () => {
    expect(parse({ type: 'x', page: null })).toEqual({
      ok: true,
      named: false,
      clamped: false,
      event: { id: 'shard:1:0', type: 'x', time: arrivedAt, currency: 'USD' },
    })
  })

  test('from the future is moved to its arrival, within the skew it is left alone', () => {
    const near = parse({ type: 'x', time: arrivedAt + FUTURE_SKEW_MS })
    expect(near).toMatchObject({ clamped: false, event: { time: arrivedAt + FUTURE_SKEW_MS } })
    const far = parse({ type: 'x', time: arrivedAt + FUTURE_SKEW_MS + 1 })
    expect(far).toMatchObject({ clamped: true, event: { time: arrivedAt } })
  })

  test('is read without what no store keeps: NUL and half a surrogate pair', () => {
    expect(parse({ type: 'a\0b', page: '\ud800/x\udfff', account: '😀' })).toMatchObject({
      event: { type: 'a\ufffdb', page: '\ufffd/x\ufffd', account: '😀' },
    })
  })

  test('carries money in exact micro-units', () => {
    expect(parse({ type: 'x', cost: '0.000001', revenue: -2.5, currency: 'EUR' })).toMatchObject({
      event: { costMicros: 1, revenueMicros: -2_500_000, currency: 'EUR' },
    })
  })

  test.each([
    1_699_999_999.5,
    '1699999999.5',
    1_699_999_999_500,
    '1699999999500',
    1_699_999_999_500_000,
    '1699999999500000999',
  ])('of %s happened then, whatever its unit', (time) => {
    expect(parse({ type: 'x', time })).toMatchObject({ event: { time: 1_699_999_999_500 } })
  })

  test('takes a credit, and a large amount of a small currency', () => {
    expect(parse({ type: 'x', cost: '-3.5' })).toMatchObject({ event: { costMicros: -3_500_000 } })
    expect(parse({ type: 'x', cost: 5e9, revenue: '500000000000', currency: 'IDR' })).toMatchObject(
      {
        event: { costMicros: 5e15, revenueMicros: 5e17, currency: 'IDR' },
      },
    )
  })

  test.each(['usd', 'Usd', 'USD'])('in %s is in USD', (currency) => {
    expect(parse({ type: 'x', currency })).toMatchObject({ event: { currency: 'USD' } })
  })

  test.each([
    [{}, /^type must be a word/],
    [{ type: 'x', id: 7 }, /^id must be a string.*it is 7/],
    [{ type: 'x', id: 'i'.repeat(129) }, /^id must be/],
    [{ type: 'x', time: '2026-02-30T00:00:00Z' }, /^time must be RFC 3339/],
    [{ type: 'x', time: '2026-01-01 00:00:00' }, /^time must be RFC 3339/],
    [
      { type: 'x', time: '2026-01-01T00:00:00+24:00' },
      /^time must be RFC 3339 with an offset.*18 hours.*it is "2026/,
    ],
    [{ type: 'x', time: 0 }, /^time must be an epoch time.*of 1970-01-01.*RFC 3339; it is 0$/],
    [{ type: 'x', time: true }, /^time must be RFC 3339.*or an epoch time.*it is true/],
    [{ type: 'x', cost: '1e3' }, /^cost must be a decimal/],
    [{ type: 'x', cost: '500000000001' }, /^cost must be at most 500000000000 units.*it is/],
    [{ type: 'x', cost: 9007199255.5 }, /^cost must be in whole units above 9007199254/],
    [{ type: 'x', cost: '0.0000001' }, /^cost must be a decimal with at most 6/],
    [{ type: 'x', currency: 'US' }, /^currency must be three letters.*USD; it is "US"/],
    [{ type: 'x', currency: 'Ünd' }, /^currency must be three letters/],
    [{ type: 'x', page: 3 }, /^page must be a string; it is 3/],
    [{ type: 'x', visitor: 'v'.repeat(9_000) }, /^visitor must be at most 8192/],
    [{ type: 'x', status: '200' }, /^status must be a number/],
    [{ type: 'x', status: Number.POSITIVE_INFINITY }, /^status must be a number.*it is Infinity/],
    [{ type: 'x', duration_ms: -1 }, /^duration_ms must be/],
    [{ type: 'x', duration_ms: Number.POSITIVE_INFINITY }, /^duration_ms must be/],
    [{ type: 'x', props: [] }, /^props must be an object/],
    ['text', /^an event is a JSON object, this is a string/],
    [[], /this is an array/],
    [null, /this is null/],
  ])('that is %j is rejected, naming the field and the remedy', (value, message) => {
    expect(problem(value)).toMatch(message)
  })

  test.each(TEXT_FIELDS)('takes its %s over, or says that it is none', (field) => {
    expect(parse({ type: 'x', [field]: 'text' })).toMatchObject({ event: { [field]: 'text' } })
    expect(parse({ type: 'x', [field]: '\ud800' })).toMatchObject({ event: { [field]: '\ufffd' } })
    expect(problem({ type: 'x', [field]: 7 })).toBe(`${field} must be a string; it is 7`)
    expect(problem({ type: 'x', [field]: 'v'.repeat(8_192) })).toBeUndefined()
    expect(problem({ type: 'x', [field]: 'v'.repeat(8_193) })).toMatch(`${field} must be at most`)
  })

  test('that nests without end is rejected in few words', () => {
    const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`) as unknown
    expect(problem({ type: deep })).toMatch(/^type must be a word.*it is an array$/)
    expect(problem({ type: 'x', page: deep })).toMatch(/^page must be a string; it is an array$/)
    expect(problem({ type: 'x', page: { a: 1 } })).toMatch(/^page must be a string; it is {"a":1}$/)
  })

  test('is accepted exactly when the published schema accepts it', () => {
    const odd = fc.oneof(
      fc.constant(null),
      fc.constant(undefined),
      fc.string(),
      fc.integer(),
      fc.constant({}),
    )
    const record = fc.record(
      {
        id: odd,
        type: fc.oneof(odd, fc.constant('page_view')),
        time: fc.oneof(
          odd,
          fc.double({ min: 1e8, max: 1e20 }),
          fc.integer({ min: 1e9, max: 2e9 }).map((seconds) => `${seconds}.5`),
          fc.constantFrom(
            '2026-01-31T09:00:00.5+01:00',
            '2026-01-31 09:00:00-0330',
            '2026-01-31T09:00:00+24:00',
          ),
        ),
        visitor: odd,
        page: odd,
        cost: fc.oneof(fc.constantFrom('1.5', '-1', '-0', '1e3', '', '9007199255.5'), fc.double()),
        currency: fc.oneof(odd, fc.constantFrom('EUR', 'eur', 'ſEK')),
        status: odd,
        duration_ms: odd,
        props: odd,
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(record, (value) => {
        expect(parse(value).ok).toBe(eventSchema.safeParse(value).success)
      }),
    )
  })
})
