import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { StreamEvent } from '../../../lib/event.ts'
import { matchesFilter } from '../../../lib/event-filter.ts'
import type { KpiFormula, KpiUnit } from '../../../lib/kpis.ts'
import { epochMs, SECOND_MS } from '../../../lib/time.ts'
import { WINDOWS } from '../../../lib/windows.ts'
import { windowRange } from '../../window/window-range.ts'
import { createPreviewView, type PreviewView } from './preview-view.ts'
import { createRecentEvents, type RecentEvents } from './recent-events.ts'

const NOW = epochMs(1_790_000_000_500)
const MOBILE = { type: 'page_view', where: [{ field: 'device' as const, is: ['mobile'] }] }

const applied = (event: Partial<StreamEvent> = {}, agoMs = 0) => ({
  event: { id: 'e', type: 'page_view', time: epochMs(NOW - agoMs), currency: 'USD', ...event },
  shardId: 's',
  sequenceNumber: '1',
  index: 0,
  arrivedAt: NOW - agoMs,
  late: false,
  beyond: false,
})

function commit(recent: RecentEvents, ...events: ReturnType<typeof applied>[]): void {
  recent.stage(events)
  recent.seal()
}

const draft = (
  formula: KpiFormula,
  unit: KpiUnit,
  more: Partial<PreviewView> = {},
): PreviewView => ({
  kind: 'preview',
  window: '1m',
  types: [],
  formula: formula as NonNullable<PreviewView['formula']>,
  unit,
  ...more,
})
const currencies = { main: () => 'USD', of: () => 'USD', order: () => ['USD', 'EUR'] }
const ofApp = (recent: RecentEvents) => ({ recent, reader: { currencies } })

const count = draft({ kind: 'count', of: MOBILE }, 'per_second', { dimension: 'page' })

const previewOf = async (view: ReturnType<typeof createPreviewView>, now: number = NOW) => {
  const { cells, series } = await view.state(now)
  return { ...cells, points: series.preview ?? [] }
}

describe('the figure of a draft', () => {
  test('is over the events that are remembered and those that come, each once', async () => {
    const recent = createRecentEvents()
    commit(recent, applied({ device: 'mobile' }, 5_000), applied({ device: 'desktop' }, 4_000))
    const view = createPreviewView(count, ofApp(recent))
    expect((await previewOf(view)).preview?.value).toEqual({ value: 1 })
    commit(recent, applied({ device: 'mobile' }), applied({ device: 'mobile' }))
    expect((await previewOf(view)).preview?.value).toEqual({ value: 3 })
  })

  test('takes what is folded in once it is committed, and forgets what is discarded', async () => {
    const recent = createRecentEvents()
    recent.stage([applied({ device: 'mobile' })])
    const view = createPreviewView(count, ofApp(recent))
    const value = async () => (await previewOf(view)).preview?.value.value
    expect(await value()).toBe(0)
    recent.stage([applied({ device: 'mobile' })])
    recent.discard()
    recent.stage([applied({ device: 'mobile' })])
    expect(await value()).toBe(0)
    recent.seal()
    expect(await value()).toBe(1)
  })

  test('sees more events than are remembered', async () => {
    const recent = createRecentEvents()
    const view = createPreviewView(count, ofApp(recent))
    for (let n = 0; n < 3; n++) {
      commit(recent, ...Array.from({ length: 3_000 }, () => applied({ device: 'mobile' })))
    }
    expect((await previewOf(view)).preview?.value.value).toBe(9_000)
  })

  test('leaves the window as time goes by', async () => {
    const recent = createRecentEvents()
    commit(recent, applied({ device: 'mobile', page: '/a' }))
    const view = createPreviewView(count, ofApp(recent))
    const at = async (ms: number) => (await previewOf(view, NOW + ms)).preview
    expect((await at(59_000))?.value.value).toBe(1)
    expect((await at(59_000))?.top?.rows).toEqual([{ key: '/a', value: { value: 1 } }])
    expect((await at(60_000))?.value.value).toBe(0)
    expect((await at(60_000))?.top?.rows).toEqual([])
  })

  test('is over the time since the first event that was seen, also where a late one comes', async () => {
    const recent = createRecentEvents()
    commit(recent, applied({}, 10_000))
    const view = createPreviewView(count, ofApp(recent))
    await previewOf(view)
    commit(recent, { ...applied({ device: 'mobile' }, 50_000), arrivedAt: NOW })
    const { preview, points } = await previewOf(view)
    expect(preview?.from).toBe(NOW - 10_000)
    expect(points.filter(([, value]) => value !== null)).toHaveLength(11)
  })

  test('ends with its watching', async () => {
    const recent = createRecentEvents()
    const view = createPreviewView(count, ofApp(recent))
    view.close()
    commit(recent, applied({ device: 'mobile' }))
    expect((await previewOf(view)).preview?.value.value).toBe(0)
  })

  test('is in the main currency, and only without any of that in another', async () => {
    const recent = createRecentEvents()
    const money = draft({ kind: 'money', field: 'cost' }, 'per_hour')
    const view = createPreviewView(money, ofApp(recent))
    commit(recent, applied({ costMicros: 5_000_000, currency: 'EUR' }))
    expect((await previewOf(view)).preview).toMatchObject({ currency: 'EUR', value: { value: 5 } })
    commit(recent, applied({ costMicros: 1_000_000 }))
    const { preview, points } = await previewOf(view)
    expect(preview).toMatchObject({
      currency: 'USD',
      value: { value: 1, money: { USD: '1', EUR: '5' } },
    })
    expect(points.at(-1)?.[1]).toBe(1)
  })

  test('of any events and moments equals the events counted one by one', async () => {
    const events = fc.array(
      fc.record({
        agoMs: fc.nat(150_000),
        type: fc.constantFrom('page_view', 'tap'),
        device: fc.constantFrom('mobile', 'desktop'),
      }),
      { maxLength: 40 },
    )
    const commits = fc.array(events, { maxLength: 6 })
    const windows = fc.constantFrom('10s' as const, '1m' as const, '5m' as const)
    await fc.assert(
      fc.asyncProperty(commits, windows, fc.nat(90_000), async (given, window, laterMs) => {
        const recent = createRecentEvents()
        const [first = [], ...rest] = given.map((some) =>
          some.map(({ agoMs, ...event }) => applied(event, agoMs)),
        )
        const all = [first, ...rest]
        commit(recent, ...first)
        const view = createPreviewView({ ...count, window }, ofApp(recent))
        for (const some of rest) {
          commit(recent, ...some)
          await previewOf(view)
        }
        const now = NOW + laterMs
        const { preview, points } = await previewOf(view, now)
        const matching = all.flat().filter(({ event }) => matchesFilter(event, MOBILE))
        const countIn = (from: number, to: number) =>
          matching.filter(({ event: { time } }) => time >= from && time < to).length
        const { from, to } = windowRange(WINDOWS[window], now)
        expect(preview?.value.value).toBe(countIn(from, to))
        const step = preview?.stepMs ?? 0
        for (const [t, value] of points) {
          if (value !== null) expect([t, value]).toEqual([t, countIn(t, t + step)])
        }
      }),
      { numRuns: 60 },
    )
  })
})

describe('what the newest events are like', () => {
  const seen = async (view: Partial<PreviewView>, ...events: ReturnType<typeof applied>[]) => {
    const recent = createRecentEvents()
    commit(recent, ...events)
    const found = await previewOf(createPreviewView({ ...count, ...view }, ofApp(recent)))
    if (found.seen === undefined) throw new Error('nothing is said of the events')
    return found.seen
  }

  test('says how many match, how many meet each condition alone, and shows the newest', async () => {
    const where = [
      { field: 'device' as const, is: ['mobile'] },
      { field: 'props.plan' as const, is: ['pro'] },
    ]
    const formula = { kind: 'count' as const, of: { type: 'page_view', where } }
    const { matches, events } = await seen(
      { formula },
      applied({ device: 'mobile', props: { plan: 'pro' }, page: '/old' }, 9_000),
      applied({ device: 'mobile', props: { plan: 'free' } }),
      applied({ device: 'mobile', props: { plan: 'pro' }, page: '/new' }),
      applied({ type: 'tap', device: 'mobile' }),
    )
    expect(events).toBe(4)
    expect(matches).toMatchObject([{ ofType: 3, matching: 2, conditions: [3, 2] }])
    expect(matches[0]?.samples[0]?.fields.slice(0, 3)).toEqual([
      ['device', 'mobile'],
      ['props.plan', 'pro'],
      ['page', '/new'],
    ])
  })

  test('names the values that occur in the types asked for, the most frequent first', async () => {
    const { types, fields, asked } = await seen(
      { types: ['request'] },
      applied({ type: 'request', status: 200, props: { ok: true } }),
      applied({ type: 'request', status: 200 }),
      applied({ type: 'request', status: 503 }),
      applied({ device: 'mobile' }),
    )
    expect(asked).toBe(3)
    expect(types).toEqual([
      { type: 'request', events: 3 },
      { type: 'page_view', events: 1 },
    ])
    const values = Object.fromEntries(fields.map(({ field, values }) => [field, values]))
    expect(values).toMatchObject({
      status: [
        { text: '200', events: 2 },
        { text: '503', events: 1 },
      ],
      'props.ok': [{ text: 'true', events: 1 }],
    })
    expect(values).not.toHaveProperty('device')
  })

  test('is there while the draft is not whole, which then has no figure', async () => {
    const recent = createRecentEvents()
    commit(recent, applied({ device: 'mobile' }))
    const view = createPreviewView({ kind: 'preview', window: '1m', types: [] }, ofApp(recent))
    const { seen, preview } = await previewOf(view)
    expect([seen?.events, preview]).toEqual([1, undefined])
  })

  test('keeps of props what a condition can be about', async () => {
    const long = 'x'.repeat(10_000)
    const { fields } = await seen({}, applied({ props: { plan: 'pro', long, deep: { a: 1 } } }))
    const props = fields.filter(({ field }) => field.startsWith('props.'))
    expect(props.map(({ field }) => field)).toEqual(['props.plan'])
  })

  test('is looked at once a second', async () => {
    const recent = createRecentEvents()
    const view = createPreviewView(count, ofApp(recent))
    const events = async (now: number) => (await previewOf(view, now)).seen?.events
    expect(await events(NOW)).toBe(0)
    commit(recent, applied())
    expect(await events(NOW + SECOND_MS - 1)).toBe(0)
    expect(await events(NOW + SECOND_MS)).toBe(1)
  })
})
