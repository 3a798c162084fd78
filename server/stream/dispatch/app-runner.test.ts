import fc from 'fast-check'
import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import type { StreamEvent } from '../../../lib/event.ts'
import { placeOf, ScannedEvent } from '../../../lib/scanned-event.ts'
import { epochMs } from '../../../lib/time.ts'
import type { AppliedEvent, StreamApp } from '../stream-app.ts'
import { AppFailedError, createAppRunner } from './app-runner.ts'

const log = pino({ level: 'silent' })
const clock = { now: () => epochMs(0), monotonicMs: () => 0 }

const event = (id: number): AppliedEvent => ({
  event: { id: String(id), type: 'page_view', time: epochMs(0), currency: 'USD' },
  shardId: 'shard',
  sequenceNumber: String(id),
  index: 0,
  arrivedAt: 0,
  late: false,
  beyond: false,
})

/** Writes down what it sealed; throws at some events, after it took in the ones before. */
function scribe(name: string, poison: ReadonlySet<number>, badMoments = 0) {
  const sealed: number[] = []
  let open: number[] = []
  let left = badMoments
  const app: StreamApp = {
    name,
    fold(events) {
      for (const applied of events) {
        const id = Number(applied.event.id)
        if (poison.has(id)) throw new Error(`no ${id}`)
        open.push(id)
        if (left > 0 && id % 7 === 0) {
          left--
          throw new Error('a bad moment')
        }
      }
    },
    discard() {
      open = []
    },
    seal() {
      sealed.push(...open)
      open = []
      return { write: async () => {}, committed() {} }
    },
  }
  return { app, sealed }
}

function runnerOf(apps: readonly StreamApp[], careful = true) {
  const blamed: string[] = []
  const runner = createAppRunner(apps, {
    clock,
    log,
    careful,
    poisoned: (app, { event }) => blamed.push(`${app} ${event.id}`),
  })
  return { runner, blamed }
}

const numbers = (from: number, count: number) => Array.from({ length: count }, (_, n) => from + n)

describe('running apps', () => {
  test('I12: each app takes in everything but its own poison, in order and once, however it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 12 }),
        fc.uniqueArray(fc.nat(300), { maxLength: 20 }),
        fc.uniqueArray(fc.nat(300), { maxLength: 3 }),
        fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
        (batches, poisonA, poisonB, seals) => {
          const a = scribe('a', new Set(poisonA))
          const b = scribe('b', new Set(poisonB))
          const { runner, blamed } = runnerOf([a.app, b.app])
          let next = 0
          batches.forEach((count, at) => {
            runner.fold(numbers(next, count).map(event))
            next += count
            if (seals[at]) runner.seal()
          })
          runner.seal()
          const all = numbers(0, next)
          expect(a.sealed).toEqual(all.filter((id) => !poisonA.includes(id)))
          expect(b.sealed).toEqual(all.filter((id) => !poisonB.includes(id)))
          const expected = [
            ...poisonA.filter((id) => id < next).map((id) => `a ${id}`),
            ...poisonB.filter((id) => id < next).map((id) => `b ${id}`),
          ]
          expect(blamed.toSorted()).toEqual(expected.toSorted())
        },
      ),
    )
  })

  test('an app that has one bad moment is asked again, and no event is blamed', () => {
    const { app, sealed } = scribe('a', new Set(), 1)
    const { runner, blamed } = runnerOf([app])
    runner.fold(numbers(1, 50).map(event))
    runner.seal()
    expect(sealed).toEqual(numbers(1, 50))
    expect(blamed).toEqual([])
  })

  test('in the midst of more than is kept it cannot be isolated, and a careful start can', () => {
    const poison = new Set([11_000])
    const hasty = scribe('a', poison)
    const { runner } = runnerOf([hasty.app], false)
    runner.fold(numbers(0, 10_000).map(event))
    expect(() => runner.fold(numbers(10_000, 2_000).map(event))).toThrow(AppFailedError)
    const careful = scribe('a', poison)
    const again = runnerOf([careful.app])
    again.runner.fold(numbers(0, 10_000).map(event))
    again.runner.fold(numbers(10_000, 2_000).map(event))
    again.runner.seal()
    expect(careful.sealed).toHaveLength(11_999)
    expect(again.blamed).toEqual(['a 11000'])
  })
})

test('an app is given plain events, unless it says that it reads fields alone', () => {
  const bytes = new TextEncoder().encode('"v-1"')
  const scanned = new ScannedEvent(bytes, ['', 'page_view'])
  Object.assign(scanned, { lateId: 'id', lateVisitor: placeOf(1, 3), pooledType: 1 })
  const given = new Map<string, unknown>()
  const appOf = (name: string): StreamApp => ({
    name,
    fold: ([applied]) => void given.set(name, applied?.event),
    discard() {},
    seal: () => ({ write: async () => {}, committed() {} }),
  })
  const { runner } = runnerOf([appOf('plain'), { ...appOf('fast'), readsFields: true }])
  runner.fold([{ ...event(1), event: scanned as unknown as StreamEvent }])
  expect(given.get('plain')).toEqual({
    id: 'id',
    type: 'page_view',
    visitor: 'v-1',
    currency: 'USD',
  })
  expect(given.get('fast')).toBe(scanned)
})
