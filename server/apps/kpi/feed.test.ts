import { describe, expect, it } from 'vitest'
import type { StreamEvent } from '../../../lib/event.ts'
import { epochMs } from '../../../lib/time.ts'
import { createFeed } from './feed.ts'
import { createRecentEvents } from './recent-events.ts'

const applied = (id: string, event: Partial<StreamEvent> = {}) => ({
  event: { id, type: 'page_view', time: epochMs(1_000), currency: 'USD', ...event },
  shardId: 's',
  sequenceNumber: '1',
  index: 0,
  arrivedAt: 1_000,
  late: false,
  beyond: false,
})

const many = (name: string, count: number) =>
  Array.from({ length: count }, (_, n) => applied(`${name}${n}`))

describe('the feed', () => {
  it('begins full and then takes in at most four events a second, newest first', () => {
    const recent = createRecentEvents()
    const feed = createFeed(recent)
    recent.stage(many('a', 5_000))
    recent.seal()
    expect(feed.events(0).map(({ id }) => id)[0]).toBe('a4999')
    expect(feed.events(0).length).toBe(14)
    let taken = 0
    for (let now = 500; now <= 10_000; now += 500) {
      const before = new Set(feed.events(now - 500).map(({ id }) => id))
      recent.stage(many(`b${now}-`, 300))
      recent.seal()
      const shown = feed.events(now)
      expect(shown[0]?.id).toBe(`b${now}-299`)
      taken += shown.filter(({ id }) => !before.has(id)).length
    }
    expect(taken).toBeLessThanOrEqual(40)
    expect(taken).toBeGreaterThan(20)
  })

  it('keeps to its filter', () => {
    const recent = createRecentEvents()
    const feed = createFeed(recent, { dimension: 'account', key: 'acme' })
    recent.stage([
      applied('1', { account: 'acme' }),
      applied('2', { account: 'other' }),
      applied('3'),
    ])
    recent.seal()
    expect(feed.events(0).map(({ id }) => id)).toEqual(['1'])
  })

  it('says which event is late and which is beyond history', () => {
    const recent = createRecentEvents()
    recent.stage([
      { ...applied('1'), late: true },
      { ...applied('2'), beyond: true },
    ])
    recent.seal()
    expect(createFeed(recent).events(0)).toMatchObject([
      { id: '2', late: false, beyond: true },
      { id: '1', late: true, beyond: false },
    ])
  })

  it('says what happened in the event’s own words, money exactly', () => {
    const recent = createRecentEvents()
    const event = { campaign: 'spring', placement: 'top', costMicros: 12_345_678, currency: 'EUR' }
    recent.stage([applied('1', { type: 'ad_click', ...event })])
    recent.seal()
    const [shown] = createFeed(recent).events(0)
    expect(shown).toMatchObject({
      type: 'ad_click',
      text: 'spring · top',
      money: { kind: 'cost', amount: '12.345678', currency: 'EUR' },
    })
  })
})
