import { describe, expect, it } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../lib/time.ts'
import type { Change } from './detector.ts'
import { createKeyWatch } from './key-watch.ts'
import { STEP_MS } from './reading.ts'
import { createWatch, type Watch } from './watch.ts'

/** Sees `count` in every step of the span; the changes that began or ended a mark. */
function see(watch: Watch, [fromMs, untilMs]: readonly [number, number], count: number): Change[] {
  const changes: Change[] = []
  for (let at = fromMs; at < untilMs; at += STEP_MS) {
    const { change } = watch.see({ kind: 'count', count }, at)
    if (change.kind !== 'none' && change.kind !== 'grew') changes.push(change)
  }
  return changes
}

describe('a KPI under watch', () => {
  it('does not get used to a fault while it is marked', () => {
    const watch = createWatch()
    see(watch, [0, HOUR_MS], 200)
    see(watch, [HOUR_MS, 2 * HOUR_MS], 60)
    const { judged } = watch.see({ kind: 'count', count: 200 }, 2 * HOUR_MS)
    expect(judged?.expected).toBeGreaterThan(190)
  })

  it('takes what has lasted two hours for normal, and marks what leaves that', () => {
    const watch = createWatch()
    see(watch, [0, HOUR_MS], 200)
    const longAgo = see(watch, [HOUR_MS, 4 * HOUR_MS], 60)
    expect(longAgo.map(({ kind }) => kind)).toEqual(['began', 'ended'])
    expect(longAgo[1]).toMatchObject({ newNormal: true })
    const back = see(watch, [4 * HOUR_MS, 4 * HOUR_MS + MINUTE_MS], 200)
    expect(back).toMatchObject([{ kind: 'began', mark: { direction: 'up' } }])
  })

  it('judges its first step by what it remembers', () => {
    const watch = createWatch()
    for (let at = 0; at < HOUR_MS; at += STEP_MS) watch.remember({ kind: 'count', count: 100 }, at)
    expect(watch.see({ kind: 'count', count: 100 }, HOUR_MS).judged?.expected).toBeCloseTo(100, 6)
  })
})

describe('the keys of a dimension under watch', () => {
  const counts = (us: number, de: number, jp: number) =>
    new Map([
      ['US', us],
      ['DE', de],
      ['JP', jp],
    ])

  it('have one mark, of the key that went, and none of those that have more of the rest', () => {
    const keys = createKeyWatch()
    for (let at = 0; at < HOUR_MS; at += STEP_MS) keys.see(counts(120, 60, 20), 200, at)
    const seen = Array.from({ length: 10 }, (_, i) =>
      keys.see(counts(0, 60, 20), 80, HOUR_MS + i * STEP_MS),
    )
    const began = seen.filter((each) => each?.change.kind === 'began')
    expect(began).toMatchObject([{ key: 'US', change: { mark: { direction: 'down', factor: 0 } } }])
    expect(seen.every((each) => each === undefined || each.key === 'US')).toBe(true)
  })

  it('have no mark where all of them change alike', () => {
    const keys = createKeyWatch()
    for (let at = 0; at < HOUR_MS; at += STEP_MS) keys.see(counts(120, 60, 20), 200, at)
    for (let i = 0; i < 10; i += 1) {
      expect(keys.see(counts(60, 30, 10), 100, HOUR_MS + i * STEP_MS)).toBeUndefined()
    }
  })

  it('make room when they have not been seen for long', () => {
    const keys = createKeyWatch()
    const many = (prefix: string) =>
      new Map(Array.from({ length: 8 }, (_, i) => [`${prefix}${i}`, 25]))
    for (let at = 0; at < HOUR_MS; at += STEP_MS) keys.see(many('old'), 200, at)
    for (let at = HOUR_MS; at < 9 * HOUR_MS; at += STEP_MS) keys.see(many('new'), 200, at)
    const without = many('new')
    without.delete('new3')
    const seen = Array.from({ length: 3 }, (_, i) =>
      keys.see(without, 175, 9 * HOUR_MS + i * STEP_MS),
    )
    expect(seen.find((each) => each !== undefined)?.key).toBe('new3')
  })
})
