import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyDelta, diffView } from '../../lib/delta.ts'
import { noFates } from '../../lib/fates.ts'
import type { Cells, Health, StatusCell, ViewState } from '../../lib/frames.ts'
import type { PipelineFrame } from '../pipeline-port.ts'
import {
  advance,
  catchUp,
  hear,
  KEPT_DELTAS,
  mayAnswer,
  pushFor,
  silence,
  startLog,
  type ViewLog,
} from './view-log.ts'

const status = (eventsPerSecond: number, source: Health = { kind: 'ok' }): StatusCell => ({
  stream: { name: 's', region: 'r', endpoint: null, embedded: true },
  begin: null,
  incarnation: null,
  former: null,
  changes: [],
  clockAheadMs: null,
  newestArrivalAt: null,
  behindMs: 0,
  shards: { open: 1, readable: 1, troubled: 0 },
  eventsPerSecond,
  catalog: '',
  mainCurrency: 'USD',
  fates: noFates(),
  kept: { secondsMs: 1, minutesMs: 2, hoursMs: 3, from: 0 },
  beyond: null,
  demo: 'off',
  source,
  store: { kind: 'ok' },
  reading: {
    mode: 'polling',
    notice: null,
    wire: 'cbor',
    wireNotice: null,
    bufferBytes: 0,
    bufferLimitBytes: 1,
    rememberedIds: 0,
    rememberedIdsLimit: 4_000_000,
    duplicateSpanMs: 600_000,
    rememberedSubRecords: 0,
    rememberedSubRecordsLimit: 1_000_000,
    putAgainSpanMs: 600_000,
  },
  findings: [],
  damage: { tables: [], newest: [], differences: [] },
  apps: [],
})

const stateOf = (rate: number, points: number[] = []): ViewState => ({
  cells: { status: status(rate), firing: [] } as Cells,
  series: { main: points.map((value, index) => [index * 1_000, value]) },
})

const deltaFrame = (before: ViewState, after: ViewState, now = 0): PipelineFrame => ({
  kind: 'delta',
  key: 'v',
  now,
  delta: diffView(before, after),
})

/** The log after the states came one after another as deltas. */
function played(states: readonly ViewState[]): ViewLog {
  const [first, ...rest] = states as [ViewState, ...ViewState[]]
  let before = first
  let log = startLog(1, 0, first)
  for (const after of rest) {
    log = advance(log, deltaFrame(before, after)).log
    before = after
  }
  return log
}

describe('the log', () => {
  const anyState = fc
    .record({ rate: fc.nat(3), points: fc.array(fc.nat(3), { maxLength: 4 }) })
    .map(({ rate, points }) => stateOf(rate, points))

  it('holds the latest state, and whoever resumes from a kept frame gets there', () => {
    fc.assert(
      fc.property(
        fc.array(anyState, { minLength: 1, maxLength: 50 }),
        fc.nat(60),
        (states, from) => {
          const log = played(states)
          expect(log.state).toEqual(states.at(-1))
          // The same history, stopped where the browser was when it went away.
          const away = states.map((_, index) => played(states.slice(0, index + 1)))
          const then = away[Math.min(from, away.length - 1)] as ViewLog
          const answer = catchUp(log, 'i', { instance: 'i', seq: then.seq })
          if (answer.kind === 'snapshot') {
            expect(log.seq - then.seq).toBeGreaterThan(KEPT_DELTAS)
            return
          }
          expect(answer.deltas.map(({ seq }) => seq)).toEqual(
            Array.from({ length: log.seq - then.seq }, (_, index) => then.seq + 1 + index),
          )
          const state = answer.deltas.reduce((at, { delta }) => applyDelta(at, delta), then.state)
          expect(state).toEqual(log.state)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('pushes nothing where nothing changed', () => {
    const log = startLog(1, 0, stateOf(1))
    const next = advance(log, deltaFrame(stateOf(1), stateOf(1), 5))
    expect(next.push).toBeUndefined()
    expect(next.log).toMatchObject({ seq: 1, now: 5 })
  })

  it('takes a whole state as what it changes', () => {
    const log = startLog(7, 0, stateOf(1, [1, 2]))
    const state = stateOf(2, [1, 2, 3])
    const { log: after, push } = advance(log, { kind: 'state', key: 'v', now: 1, state })
    expect(after.state).toEqual(state)
    expect(push?.seq).toBe(8)
    expect(push?.delta.points?.main?.upsert).toEqual([[2_000, 3]])
  })

  it.each([
    ['another start of the server', { instance: 'other', seq: 40 }],
    ['a frame yet to come', { instance: 'i', seq: 41 }],
    ['one no longer kept', { instance: 'i', seq: 40 - KEPT_DELTAS - 1 }],
    ['nothing', undefined],
  ])('resuming from %s takes a snapshot', (_name, resume) => {
    const log = played(Array.from({ length: 40 }, (_, index) => stateOf(index)))
    expect(catchUp(log, 'i', resume)).toEqual({ kind: 'snapshot' })
  })

  it('resuming from the latest frame takes nothing', () => {
    const log = startLog(5, 0, stateOf(1))
    expect(catchUp(log, 'i', { instance: 'i', seq: 5 })).toEqual({ kind: 'deltas', deltas: [] })
  })
})

describe('a silent pipeline', () => {
  const trouble: Health = { kind: 'trouble', since: 3, problem: 'p', remedy: 'r' }

  it('shows as trouble of the source, once', () => {
    const silent = silence(startLog(1, 0, stateOf(1)), 5, trouble)
    expect(silent.log.state.cells.status.source).toEqual(trouble)
    expect(silent.push?.delta.set?.status?.source).toEqual(trouble)
    expect(silence(silent.log, 6, trouble).push).toBeUndefined()
  })

  it('is forgotten with its next frame, whatever that changes', () => {
    const { log } = silence(startLog(1, 0, stateOf(1)), 5, trouble)
    const delta = advance(log, deltaFrame(stateOf(1), stateOf(1, [4])))
    expect(delta.log.state).toEqual(stateOf(1, [4]))
    expect(advance(log, deltaFrame(stateOf(1), stateOf(2))).log.state).toEqual(stateOf(2))
    const whole = advance(log, { kind: 'state', key: 'v', now: 6, state: stateOf(1) })
    expect(whole.log.state).toEqual(stateOf(1))
  })

  it('is forgotten when it answers again', () => {
    const { log } = silence(startLog(1, 0, stateOf(1)), 5, trouble)
    expect(hear(log, 6).log.state).toEqual(stateOf(1))
    expect(hear(startLog(1, 0, stateOf(1)), 6).push).toBeUndefined()
  })
})

describe('one socket', () => {
  it.each([
    ['current', { writable: true, queued: 0 }, 'delta'],
    ['behind', { writable: true, queued: 0 }, 'snapshot'],
    ['current', { writable: false, queued: 0 }, 'nothing'],
    ['behind', { writable: false, queued: 0 }, 'nothing'],
    ['current', { writable: true, queued: 1 }, 'nothing'],
    ['behind', { writable: true, queued: 1 }, 'nothing'],
  ] as const)('that is %s with %o gets %s', (standing, backlog, push) => {
    expect(pushFor(standing, backlog)).toBe(push)
  })

  it('gets an answer only where nothing waits in front of it', () => {
    expect(mayAnswer('current', { writable: false, queued: 0 })).toBe(true)
    expect(mayAnswer('current', { writable: false, queued: 1 })).toBe(false)
    expect(mayAnswer('behind', { writable: true, queued: 0 })).toBe(false)
  })
})
