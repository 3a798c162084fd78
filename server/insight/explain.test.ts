import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OTHER_KEY } from '../../lib/kpis.ts'
import { type Explained, explain, type KeyParts } from './explain.ts'

const sumKey = (key: string, before: number, now: number): KeyParts => ({
  key,
  before: { over: before, under: 0 },
  now: { over: now, under: 0 },
})
const ratioKey = (key: string, before: [number, number], now: [number, number]): KeyParts => ({
  key,
  before: { over: before[0], under: before[1] },
  now: { over: now[0], under: now[1] },
})
const change = (kind: Explained['kind'], dimensions: Record<string, KeyParts[]>): Explained => ({
  kind,
  lengths: 1,
  dimensions: Object.entries(dimensions).map(([dimension, keys]) => ({ dimension, keys })),
})

describe('what explains a change', () => {
  it('is the key that alone went away', () => {
    const country = [sumKey('US', 600, 590), sumKey('DE', 300, 0), sumKey('FR', 100, 105)]
    const device = [sumKey('mobile', 650, 450), sumKey('desktop', 350, 245)]
    const found = explain(change('sum', { device, country }))
    expect(found).toEqual({ dimension: 'country', key: 'DE', share: expect.closeTo(300 / 305, 6) })
  })

  it('is nothing where everything changed alike, though one key has most of all', () => {
    const country = [sumKey('US', 900, 450), sumKey('DE', 100, 50)]
    expect(explain(change('sum', { country }))).toBeUndefined()
  })

  it('is nothing where two keys share it', () => {
    const country = [sumKey('US', 400, 200), sumKey('DE', 400, 200), sumKey('FR', 200, 200)]
    expect(explain(change('sum', { country }))).toBeUndefined()
  })

  it('is the campaign, not the account that it is in', () => {
    const account = [sumKey('acme', 400, 1_400), sumKey('other firms', 600, 600)]
    const campaign = [
      sumKey('spring', 100, 1_100),
      sumKey('sale', 300, 300),
      sumKey('rest', 600, 600),
    ]
    expect(explain(change('sum', { account, campaign }))?.key).toBe('spring')
  })

  it('is the key that grew most surprisingly beside credits of others', () => {
    const account = [sumKey('acme', 100, 400), sumKey('credits', -50, -200), sumKey('rest', 50, 60)]
    const campaign = [sumKey('spring', 20, 300), sumKey('sale', 80, -40)]
    expect(explain(change('sum', { account, campaign }))).toMatchObject({ key: 'spring' })
    expect(explain(change('sum', { campaign, account }))).toMatchObject({ key: 'spring' })
  })

  it('compares sums over the same length', () => {
    const country = [sumKey('US', 6_000, 300), sumKey('DE', 4_000, 0)]
    const { dimensions } = change('sum', { country })
    expect(explain({ kind: 'sum', lengths: 0.05, dimensions })?.key).toBe('DE')
  })

  it('of a ratio is the key whose numerator grew', () => {
    const placement = [
      ratioKey('top', [10, 500], [40, 500]),
      ratioKey('side', [10, 500], [11, 500]),
    ]
    expect(explain(change('ratio', { placement }))).toEqual({
      dimension: 'placement',
      key: 'top',
      share: expect.closeTo(30 / 31, 2),
    })
  })

  it('of a ratio is the key whose denominator grew, where its ratio is its own', () => {
    const placement = [
      ratioKey('bots', [5, 10], [250, 500]),
      ratioKey('a', [5, 495], [5, 495]),
      ratioKey('b', [5, 495], [5, 495]),
    ]
    expect(explain(change('ratio', { placement }))?.key).toBe('bots')
  })

  it('is never what was folded away', () => {
    const page = [sumKey('/', 100, 100), sumKey(OTHER_KEY, 100, 900)]
    expect(explain(change('sum', { page }))).toBeUndefined()
  })

  it('names a key that was not there before', () => {
    const page = [sumKey('/', 1_000, 1_010), sumKey('/new', 0, 800)]
    expect(explain(change('sum', { page }))?.key).toBe('/new')
  })

  it('has a share from 0.6 to 1, and is nothing where nothing changed', () => {
    const amount = fc.integer({ min: 0, max: 1_000 })
    const key = fc.tuple(amount, amount, amount, amount)
    fc.assert(
      fc.property(
        fc.array(key, { maxLength: 6 }),
        fc.constantFrom('sum', 'ratio'),
        (keys, kind) => {
          const parts = keys.map(([a, b, c, d], i) => ratioKey(`k${i}`, [a, a + b], [c, c + d]))
          const found = explain(change(kind as Explained['kind'], { page: parts }))
          if (found === undefined) return
          expect(found.share).toBeGreaterThanOrEqual(0.6)
          expect(found.share).toBeLessThanOrEqual(1)
        },
      ),
    )
    const same = [sumKey('a', 5, 5), sumKey('b', 9, 9)]
    expect(explain(change('sum', { page: same }))).toBeUndefined()
  })
})
