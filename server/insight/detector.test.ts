import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Change,
  type DetectorState,
  NEW_NORMAL_MS,
  nextDetectorState,
  USUAL,
} from './detector.ts'
import { STEP_MS } from './reading.ts'

type Step = { value: number; score: number } | undefined

const EXPECTED = 100
const usual: Step = { value: 100, score: 0 }
const fourTimes: Step = { value: 400, score: 12 }
const gone: Step = { value: 0, score: -12 }
const times = (n: number, step: Step): Step[] => Array.from({ length: n }, () => step)

/** What happened at which step. */
function run(steps: readonly Step[]): { state: DetectorState; changes: [number, Change][] } {
  let state = USUAL
  const changes: [number, Change][] = []
  steps.forEach((step, i) => {
    const judged = step && { ...step, expected: EXPECTED, spread: 25 }
    const next = nextDetectorState(state, judged, i * STEP_MS)
    state = next.state
    if (next.change.kind !== 'none' && next.change.kind !== 'grew') changes.push([i, next.change])
  })
  return { state, changes }
}

describe('a mark', () => {
  it('begins with the second step of what is plainly wrong, and counts from the first', () => {
    const { changes } = run([usual, fourTimes, fourTimes])
    expect(changes).toEqual([
      [
        2,
        {
          kind: 'began',
          mark: expect.objectContaining({
            since: STEP_MS,
            direction: 'up',
            expected: 100,
            value: 400,
            factor: 4,
          }),
        },
      ],
    ])
  })

  it('is not made of one burst, however large', () => {
    expect(run([usual, { value: 9_000, score: 300 }, usual, usual]).changes).toEqual([])
  })

  it('is not made of a burst across two steps', () => {
    const half: Step = { value: 190, score: 7 }
    expect(run([usual, half, half, usual]).changes).toEqual([])
  })

  it('is made of a smaller change that lasts four steps', () => {
    const half: Step = { value: 150, score: 4 }
    expect(run([usual, ...times(4, half)]).changes.map(([i]) => i)).toEqual([4])
  })

  it('is not made of steps that leave in turns', () => {
    expect(run([fourTimes, gone, fourTimes, gone]).changes).toEqual([])
  })

  it('is one mark where the value comes back for a moment', () => {
    const wavering = [...times(3, gone), ...times(4, usual), ...times(3, gone)]
    expect(run(wavering).changes).toHaveLength(1)
  })

  it('ends when it has been back for a minute, at the end of the last step away', () => {
    const { state, changes } = run([...times(3, gone), ...times(6, usual)])
    expect(state).toBe(USUAL)
    expect(changes[1]).toEqual([
      8,
      expect.objectContaining({ kind: 'ended', untilMs: 3 * STEP_MS, newNormal: false }),
    ])
  })

  it('turns where a rush is followed by silence', () => {
    const { changes } = run([...times(3, fourTimes), ...times(3, gone)])
    expect(changes.map(([i, { kind }]) => [i, kind])).toEqual([
      [1, 'began'],
      [4, 'turned'],
    ])
    expect(changes[1]?.[1]).toMatchObject({
      ended: { direction: 'up' },
      untilMs: 3 * STEP_MS,
      mark: { direction: 'down', since: 3 * STEP_MS, factor: 0 },
    })
  })

  it('neither ends nor begins by steps that say nothing', () => {
    expect(run([...times(3, gone), ...times(50, undefined)]).changes).toHaveLength(1)
    expect(run([fourTimes, undefined, fourTimes]).changes.map(([i]) => i)).toEqual([2])
  })

  it('that lasts two hours is the new normal', () => {
    const steps = NEW_NORMAL_MS / STEP_MS
    const { changes } = run(times(steps, gone))
    expect(changes[1]).toEqual([
      steps - 1,
      expect.objectContaining({ kind: 'ended', newNormal: true }),
    ])
  })

  it('begins and ends in turns, whatever comes', () => {
    const step = fc.option(
      fc.record({
        value: fc.double({ min: 0, max: 1_000, noNaN: true }),
        score: fc.double({ min: -20, max: 20, noNaN: true }),
      }),
      { nil: undefined },
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const kinds = run(steps).changes.map(([, { kind }]) => kind)
        const alone = kinds.filter((kind) => kind !== 'turned')
        expect(alone).toEqual(alone.map((_, i) => (i % 2 === 0 ? 'began' : 'ended')))
        expect(kinds.join(' ')).not.toMatch(/ended turned|^turned/)
      }),
    )
  })
})
