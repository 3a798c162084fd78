import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { diffView } from '../../lib/delta.ts'
import type { Cells, Point, ViewState } from '../../lib/frames.ts'
import { type View, viewKey } from '../../lib/view.ts'
import {
  arrived,
  type Frame,
  type LiveState,
  NOTHING_WATCHED,
  receive,
  resumeOf,
  turnTo,
} from './live-state.ts'

const SHARDS: View = { kind: 'shards' }
const SPEND_1H: View = { kind: 'spend', window: '1h' }
const SPEND_5M: View = { kind: 'spend', window: '5m' }

/** The server's state after `seq` steps. */
const at = (seq: number): ViewState => ({
  cells: { status: { step: Math.floor(seq / 3) }, firing: [] } as unknown as Cells,
  series: { spend: [[seq, seq]] as Point[] },
})

const snapshot = (seq: number, view: View = SHARDS, instance = 'a'): Frame => ({
  kind: 'snapshot',
  view: viewKey(view),
  instance,
  seq,
  now: seq,
  state: at(seq),
})

const delta = (seq: number, view: View = SHARDS, instance = 'a'): Frame => ({
  kind: 'delta',
  view: viewKey(view),
  instance,
  seq,
  now: seq,
  delta: diffView(at(seq - 1), at(seq)),
})

function take(live: LiveState, ...frames: Frame[]) {
  const asks: string[] = []
  let state = live
  for (const frame of frames) {
    const next = receive(state, frame)
    asks.push(next.ask)
    state = next.live
  }
  return { live: state, asks }
}

const watching = (view: View = SHARDS) => turnTo(NOTHING_WATCHED, view)

describe('frames in order', () => {
  test('a snapshot and its deltas are the state of the server', () => {
    const { live, asks } = take(watching(), snapshot(4), delta(5), delta(6))
    expect(live.state).toEqual(at(6))
    expect(asks).toEqual(['nothing', 'nothing', 'nothing'])
    expect(resumeOf(live)).toEqual({ instance: 'a', seq: 6 })
  })
  test('a delta that was seen before changes nothing', () => {
    const { live } = take(watching(), snapshot(4), delta(5))
    expect(receive(live, delta(5))).toEqual({ live, ask: 'nothing' })
  })
})

describe('a gap', () => {
  test('asks once for what was missed, from where it stands', () => {
    const { live, asks } = take(watching(), snapshot(4), delta(6), delta(7))
    expect(asks).toEqual(['nothing', 'watch', 'nothing'])
    expect(resumeOf(live)).toEqual({ instance: 'a', seq: 4 })
    expect(live.state).toEqual(at(4))
  })
  test('is closed by the missing deltas', () => {
    const { live } = take(watching(), snapshot(4), delta(6), delta(5), delta(6), delta(7))
    expect(live.state).toEqual(at(7))
    expect(live.asking).toBe(false)
  })
  test('is closed by a new snapshot', () => {
    const { live } = take(watching(), snapshot(4), delta(6), snapshot(9), delta(10))
    expect(live.state).toEqual(at(10))
  })
})

describe('a server that started anew', () => {
  test('is asked for everything, since its numbers mean something else', () => {
    const { live, asks } = take(watching(), snapshot(4), delta(5, SHARDS, 'b'))
    expect(asks.at(-1)).toBe('watch')
    expect(resumeOf(live)).toBeUndefined()
    expect(live.state).toEqual(at(4))
  })
  test('may count from the beginning again', () => {
    const { live } = take(watching(), snapshot(40), snapshot(0, SHARDS, 'b'), delta(1, SHARDS, 'b'))
    expect(live.state).toEqual(at(1))
  })
})

describe('turning to another view', () => {
  test('drops frames of the view before', () => {
    const { live } = take(watching(SPEND_1H), snapshot(4, SPEND_1H))
    const turned = turnTo(live, SHARDS)
    const { live: after, asks } = take(turned, delta(5, SPEND_1H), snapshot(9, SPEND_1H))
    expect(after).toEqual(turned)
    expect(asks).toEqual(['nothing', 'nothing'])
  })
  test('keeps only what every view has', () => {
    const { live } = take(watching(SPEND_1H), snapshot(4, SPEND_1H))
    const turned = turnTo(live, SHARDS)
    expect(turned.state?.series).toEqual({})
    expect(turned.state?.cells.status).toEqual(at(4).cells.status)
    expect(arrived(turned)).toBe(false)
  })
  test('of the same kind shows the one before until its first frame comes', () => {
    const { live } = take(watching(SPEND_1H), snapshot(4, SPEND_1H))
    const turned = turnTo(live, SPEND_5M)
    expect(turned.state).toEqual(at(4))
    expect(arrived(turned)).toBe(false)
    expect(take(turned, snapshot(1, SPEND_5M)).live.state).toEqual(at(1))
  })
  test('to an equal view changes nothing', () => {
    const { live } = take(watching(SPEND_1H), snapshot(4, SPEND_1H))
    expect(turnTo(live, { kind: 'spend', window: '1h' })).toBe(live)
  })
})

test('whatever is lost, doubled or disordered on the way, what is held is a state the server had', () => {
  const frame = fc
    .tuple(fc.boolean(), fc.integer({ min: 1, max: 12 }), fc.constantFrom('a', 'b'))
    .map(([whole, seq, instance]) => (whole ? snapshot : delta)(seq, SHARDS, instance))
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 30 }), (frames) => {
      const { live } = take(watching(), ...frames)
      if (live.position !== null) expect(live.state).toEqual(at(live.position.seq))
    }),
  )
})
