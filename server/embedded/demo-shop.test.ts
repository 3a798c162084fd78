import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { ruleInputSchema } from '../../lib/alert-rule.ts'
import type { EventInput } from '../../lib/event.ts'
import { BUILT_IN } from '../../lib/kpi-catalog.ts'
import { parseMoney } from '../../lib/money.ts'
import { MINUTE_MS, SECOND_MS } from '../../lib/time.ts'
import { filterList } from '../../lib/view.ts'
import { decodeRecord } from '../stream/records/decode-record.ts'
import { parseEvent } from '../stream/records/parse-event.ts'
import { FAULTY_PATH, SILENT_COUNTRY } from './demo-catalog.ts'
import { rhythmAt } from './demo-rhythm.ts'
import { DEMO_SAMPLE_RULE } from './demo-sample-rule.ts'
import { createDemoShop, type DemoRecord } from './demo-shop.ts'
import { toEntry } from './demo-traffic.ts'

vi.setConfig({ testTimeout: 30_000 })

const START = Date.UTC(2026, 4, 12, 8)
const SEEDS = [1, 7, 42]

/** What happened in each second from the start on. */
function run(seed: number, minutes: number): DemoRecord[][] {
  const shop = createDemoShop({ seed, startedAt: START })
  return Array.from({ length: minutes * 60 }, (_, second) => {
    const from = START + second * SECOND_MS
    return shop.tick(from, from + SECOND_MS)
  })
}

const eventsOf = (seconds: DemoRecord[][]): EventInput[] =>
  seconds.flatMap((records) => records.flatMap((record) => record.events))

const micros = (amount: EventInput['cost']): number => {
  const parsed = parseMoney(amount ?? 0)
  if (!parsed.ok) throw new Error(parsed.problem)
  return Number(parsed.micros)
}

const ofType = (events: EventInput[], type: string) => events.filter((e) => e.type === type)

describe('the demo shop', () => {
  const seconds = run(1, 20)
  const events = eventsOf(seconds)

  test('the same seed and start make the same events', () => {
    expect(run(7, 1)).toEqual(run(7, 1))
    expect(run(7, 1)).not.toEqual(run(8, 1))
  })

  test('about 150 events a second, in waves', () => {
    expect(events.length / seconds.length).toBeGreaterThan(130)
    expect(events.length / seconds.length).toBeLessThan(175)
    const minutes = Array.from(
      { length: 20 },
      (_, minute) => eventsOf(seconds.slice(minute * 60, minute * 60 + 60)).length / 60,
    )
    expect(Math.max(...minutes)).toBeGreaterThan(Math.min(...minutes) * 1.6)
  })

  test('busy from the first second on', () => {
    expect(eventsOf(seconds.slice(0, 10)).length).toBeGreaterThan(800)
  })

  test('every event has an id of its own, and its time lies in its tick or shortly before', () => {
    expect(new Set(events.map((event) => event.id)).size).toBe(events.length)
    seconds.forEach((records, second) => {
      const end = START + (second + 1) * SECOND_MS
      const times = eventsOf([records]).map((event) => Number(event.time))
      expect(Math.max(...times)).toBeLessThan(end)
      expect(Math.min(...times)).toBeGreaterThan(end - 3 * SECOND_MS)
    })
  })

  test('ids of two runs differ', () => {
    const later = createDemoShop({ seed: 1, startedAt: START + 1 })
    const ids = new Set(events.map((event) => event.id))
    const again = later.tick(START + 1, START + 1 + SECOND_MS).flatMap((record) => record.events)
    expect(again.length).toBeGreaterThan(0)
    expect(again.some((event) => ids.has(event.id))).toBe(false)
  })

  test('every record is what the consumer applies', () => {
    for (const record of seconds.slice(0, 60).flat()) {
      const entry = toEntry(record)
      const { items } = decodeRecord(entry.data)
      expect(items).toHaveLength(record.events.length)
      for (const item of items) {
        expect(item.ok).toBe(true)
        if (!item.ok) continue
        const parsed = parseEvent(item.value, {
          arrivedAt: START + MINUTE_MS * 20,
          fallbackId: () => '',
        })
        expect(parsed).toMatchObject({ ok: true, clamped: false })
      }
    }
  })

  test('ratios are those of a shop with ads', () => {
    const count = (type: string) => ofType(events, type).length
    const ratio = (a: string, b: string) => count(a) / count(b)
    expect(ratio('ad_impression', 'ad_request')).toBeCloseTo(0.9, 1)
    expect(ratio('ad_click', 'ad_impression')).toBeGreaterThan(0.012)
    expect(ratio('ad_click', 'ad_impression')).toBeLessThan(0.028)
    expect(ratio('conversion', 'ad_click')).toBeGreaterThan(0.03)
    expect(ratio('conversion', 'ad_click')).toBeLessThan(0.12)
    expect(count('purchase')).toBeGreaterThan(50)
    expect(count('page_view')).toBeLessThan(count('request'))
  })

  test('accounts spend on several campaigns, one of them in euros', () => {
    const paid = events.filter((event) => event.cost !== undefined)
    const campaigns = new Map<string, Set<string>>()
    for (const { account, campaign } of paid) {
      const name = account ?? ''
      campaigns.set(name, (campaigns.get(name) ?? new Set()).add(campaign ?? ''))
    }
    expect(campaigns.size).toBe(5)
    for (const names of campaigns.values()) expect(names.size).toBeGreaterThan(1)
    const euros = new Set(paid.filter((e) => e.currency === 'EUR').map((event) => event.account))
    expect([...euros]).toEqual(['hansa'])
  })

  test('requests fail rarely, and in bursts', () => {
    const failed = seconds.map((records) => {
      const requests = ofType(eventsOf([records]), 'request')
      return requests.filter((event) => (event.status ?? 0) >= 500).length / requests.length
    })
    const bursts = failed.filter((share) => share > 0.05).length
    expect(bursts).toBeGreaterThan(15)
    expect(bursts).toBeLessThan(260)
    expect(failed.filter((share) => share === 0).length).toBeGreaterThan(600)
  })

  test('something goes wrong in one place every eight minutes: a path fails, then a country is silent', () => {
    const during = (minute: number) => eventsOf(seconds.slice(minute * 60 + 25, minute * 60 + 85))
    const failing = ofType(during(6), 'request').filter(({ status }) => (status ?? 0) >= 500)
    expect(failing.length).toBeGreaterThan(100)
    const paths = failing.filter(({ page }) => page === FAULTY_PATH)
    expect(paths.length / failing.length).toBeGreaterThan(0.9)
    const german = (minute: number) =>
      during(minute).filter(({ country }) => country === SILENT_COUNTRY).length
    expect(german(12)).toBeGreaterThan(300)
    expect(german(14)).toBe(0)
  })

  test('now and then one partition key gets a crowd', () => {
    const byMinute = Array.from({ length: 20 }, (_, minute) => {
      const keys = new Map<string, number>()
      for (const { partitionKey } of seconds.slice(minute * 60, minute * 60 + 60).flat()) {
        keys.set(partitionKey, (keys.get(partitionKey) ?? 0) + 1)
      }
      return [...keys].sort((a, b) => b[1] - a[1])[0] as [string, number]
    })
    const crowded = byMinute.filter(([, records]) => records > 150)
    expect(crowded.length).toBeGreaterThan(1)
    expect(crowded.length).toBeLessThan(12)
    for (const [key] of crowded) expect(key).toMatch(/^\/p\//)
  })

  test('visitors come back', () => {
    const sessions = new Map<string, Set<string>>()
    for (const { visitor, session } of ofType(events, 'page_view')) {
      const name = visitor ?? ''
      sessions.set(name, (sessions.get(name) ?? new Set()).add(session ?? ''))
    }
    expect([...sessions.values()].filter((all) => all.size > 1).length).toBeGreaterThan(50)
  })
})

describe('the sample rule', () => {
  test('is a valid rule', () => {
    expect(ruleInputSchema(BUILT_IN).safeParse(DEMO_SAMPLE_RULE).success).toBe(true)
  })

  test.each(SEEDS)(
    'fires within two minutes of a start and never between two surges (seed %i)',
    (seed) => {
      const threshold = Number(DEMO_SAMPLE_RULE.value) * 1_000_000
      const account = filterList(DEMO_SAMPLE_RULE.filter)[0]?.key
      const perSecond = run(seed, 16).map((records) =>
        eventsOf([records])
          .filter((event) => event.account === account && event.cost !== undefined)
          .reduce((sum, event) => sum + micros(event.cost), 0),
      )
      const window = perSecond.map((_, second) =>
        perSecond.slice(Math.max(0, second - 59), second + 1).reduce((a, b) => a + b, 0),
      )
      const surging = (second: number) =>
        rhythmAt(seed, START, START + second * SECOND_MS).surge > 0
      // A window still holds a surge for its own length, and events come a moment after their cause.
      const calm = window.filter(
        (_, second) => !Array.from({ length: 64 }, (_, ago) => second - ago).some(surging),
      )
      expect(calm.length).toBeGreaterThan(6 * 60)
      expect(Math.max(...calm)).toBeLessThan(threshold * 0.6)
      expect(window.findIndex((spent) => spent > threshold)).toBeGreaterThan(45)
      expect(window.findIndex((spent) => spent > threshold)).toBeLessThan(100)
      expect(Math.max(...window.slice(0, 150))).toBeGreaterThan(threshold * 1.8)
      const begins = window.filter(
        (spent, second) => spent > threshold && (window[second - 1] ?? 0) <= threshold,
      )
      expect(begins.length).toBeGreaterThanOrEqual(2)
      expect(begins.length).toBeLessThanOrEqual(4)
    },
  )

  test('a surge lasts about a minute, whatever the seed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const surging = Array.from(
          { length: 7 * 60 },
          (_, second) => rhythmAt(seed, START, START + second * SECOND_MS).surge > 0,
        )
        const from = surging.indexOf(true)
        const lasts = surging.filter(Boolean).length
        return from >= 40 && from <= 60 && lasts >= 60 && lasts <= 90
      }),
    )
  })
})
