import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Effect,
  firstStep,
  isOver,
  nextReader,
  type Reader,
  type ReaderEvent,
  type ReaderKind,
  TRANSITIONS,
} from './reader-machine.ts'
import type { SourceErrorKind } from './stream-source.ts'

/** What each state does on each event: the effect that begins, `-` where what is under way goes on. */
const EXPECTED: Record<ReaderKind, Record<ReaderEvent['kind'], Effect['kind'] | '-'>> = {
  opening: row({ opened: 'ask_room', failed: 'wait', stalled: 'open', stop: 'none' }),
  asking: row({ room: 'read', failed: 'wait', stop: 'none' }),
  reading: row({ batch: 'take', failed: 'wait', stalled: 'open', stop: 'none' }),
  taking: row({ taken: 'rest', failed: 'wait', stop: 'none' }),
  resting: row({ due: 'ask_room', failed: 'wait', stalled: 'open', stop: 'none' }),
  retrying: row({ due: 'open', failed: 'wait', stalled: 'open', stop: 'none' }),
  looking: row({ verdict: 'open', failed: 'wait', stalled: 'wait', stop: 'none' }),
  ending: row({ due: 'settle', settled: 'none', failed: 'wait', stalled: 'wait', stop: 'none' }),
  finished: row({}),
  trimmed: row({}),
  stopped: row({}),
}

function row(
  cells: Partial<Record<ReaderEvent['kind'], Effect['kind']>>,
): Record<ReaderEvent['kind'], Effect['kind'] | '-'> {
  const nothing = '-' as const
  return {
    opened: nothing,
    room: nothing,
    batch: nothing,
    taken: nothing,
    due: nothing,
    failed: nothing,
    verdict: nothing,
    settled: nothing,
    stalled: nothing,
    stop: nothing,
    ...cells,
  }
}

const trouble = { error: 'temporary', failures: 1 } as const

const STATES: Record<ReaderKind, Reader> = {
  opening: { kind: 'opening', trouble: null },
  asking: { kind: 'asking', trouble: null },
  reading: { kind: 'reading', trouble: null },
  taking: { kind: 'taking', after: 'rest' },
  resting: { kind: 'resting' },
  retrying: { kind: 'retrying', trouble, look: false },
  looking: { kind: 'looking', trouble },
  ending: { kind: 'ending', trouble: null },
  finished: { kind: 'finished' },
  trimmed: { kind: 'trimmed' },
  stopped: { kind: 'stopped' },
}

const EVENTS: Record<ReaderEvent['kind'], ReaderEvent> = {
  opened: { kind: 'opened' },
  room: { kind: 'room' },
  batch: { kind: 'batch', end: false },
  taken: { kind: 'taken' },
  due: { kind: 'due' },
  failed: { kind: 'failed', error: 'temporary' },
  verdict: { kind: 'verdict', verdict: 'there' },
  settled: { kind: 'settled' },
  stalled: { kind: 'stalled' },
  stop: { kind: 'stop' },
}

const ERRORS: SourceErrorKind[] = [
  'expired_iterator',
  'throttled',
  'temporary',
  'gone',
  'denied',
  'bad_position',
  'in_use',
  'unsupported',
]

const kinds = Object.keys(STATES) as ReaderKind[]
const cells = kinds.flatMap((state) =>
  (Object.keys(EVENTS) as ReaderEvent['kind'][]).map((event) => [state, event] as const),
)

describe('the transition table', () => {
  test.each(cells)('%s, %s', (state, event) => {
    const { effect } = nextReader(STATES[state], EVENTS[event])
    expect(effect?.kind ?? '-').toBe(EXPECTED[state][event])
  })

  test('is total', () => {
    for (const state of kinds) {
      expect(Object.keys(TRANSITIONS[state]).sort()).toEqual(Object.keys(EVENTS).sort())
    }
  })

  test.each([
    ['expired_iterator', 'open'],
    ['throttled', 'wait'],
    ['temporary', 'wait'],
    ['gone', 'wait'],
    ['denied', 'wait'],
    ['bad_position', 'wait'],
    ['in_use', 'wait'],
    ['unsupported', 'poll_instead'],
  ] as const)('an error of kind %s while reading: %s', (error, effect) => {
    expect(nextReader(STATES.reading, { kind: 'failed', error }).effect?.kind).toBe(effect)
  })

  test('a position that means nothing is followed by an older one', () => {
    const waiting = nextReader(STATES.opening, { kind: 'failed', error: 'bad_position' })
    const looking = nextReader(waiting.state, { kind: 'due' })
    expect(looking.effect).toEqual({ kind: 'look' })
    const there = nextReader(looking.state, { kind: 'verdict', verdict: 'there' })
    expect(there.effect).toEqual({ kind: 'open', older: true })
  })

  test('an iterator that expires is taken anew at once, but not for ever', () => {
    let state: Reader = STATES.reading
    const effects: (string | undefined)[] = []
    for (let n = 0; n < 5; n++) {
      const step = nextReader({ ...state, kind: 'reading' } as Reader, {
        kind: 'failed',
        error: 'expired_iterator',
      })
      state = step.state
      effects.push(step.effect?.kind)
    }
    expect(effects).toEqual(['open', 'open', 'open', 'wait', 'wait'])
  })

  test('what is told to be gone is looked at before it is opened, and a stream that is gone is waited for', () => {
    const waiting = nextReader(STATES.reading, { kind: 'failed', error: 'gone' })
    const looking = nextReader(waiting.state, { kind: 'due' })
    expect(looking.effect).toEqual({ kind: 'look' })
    const gone = nextReader(looking.state, { kind: 'verdict', verdict: 'stream_gone' })
    expect(nextReader(gone.state, { kind: 'due' }).effect).toEqual({ kind: 'look' })
  })

  test('a shard counts as trimmed away once it was missing in several looks', () => {
    let state: Reader = nextReader(STATES.opening, { kind: 'failed', error: 'gone' }).state
    const effects: (string | undefined)[] = []
    for (let n = 0; n < 3; n++) {
      state = nextReader(state, { kind: 'due' }).state
      const step = nextReader(state, { kind: 'verdict', verdict: 'shard_trimmed' })
      state = step.state
      effects.push(step.effect?.kind)
    }
    expect(effects).toEqual(['wait', 'wait', 'mark_trimmed'])
    expect(state).toEqual({ kind: 'trimmed' })
  })

  test('after an outage one listing that lags behind makes no shard count as trimmed away', () => {
    let state: Reader = STATES.opening
    for (let n = 0; n < 5; n++) {
      state = nextReader(state, { kind: 'failed', error: 'temporary' }).state
      state = nextReader(state, { kind: 'due' }).state
    }
    expect(state.kind).toBe('looking')
    const missing = { kind: 'verdict', verdict: 'shard_trimmed' } as const
    const effects: (string | undefined)[] = []
    for (let n = 0; n < 3; n++) {
      const step = nextReader(state, missing)
      effects.push(step.effect?.kind)
      state = nextReader(step.state, { kind: 'due' }).state
    }
    expect(effects).toEqual(['wait', 'wait', 'mark_trimmed'])
  })

  test('a shard that is listed again was not missing', () => {
    let state: Reader = nextReader(STATES.opening, { kind: 'failed', error: 'gone' }).state
    const verdicts = ['shard_trimmed', 'shard_trimmed', 'there', 'shard_trimmed'] as const
    for (const verdict of verdicts) {
      if (state.kind === 'opening') {
        state = nextReader(state, { kind: 'failed', error: 'gone' }).state
      }
      state = nextReader(state, { kind: 'due' }).state
      state = nextReader(state, { kind: 'verdict', verdict }).state
    }
    expect(state.kind).toBe('retrying')
  })

  test('while looks fail too the waits grow like any others', () => {
    let step = nextReader(STATES.opening, { kind: 'failed', error: 'temporary' })
    const failures: number[] = []
    for (let n = 0; n < 8; n++) {
      if (step.effect?.kind === 'wait') failures.push(step.effect.trouble.failures)
      const due = nextReader(step.state, { kind: 'due' })
      const event = n % 2 === 0 ? ({ kind: 'failed', error: 'temporary' } as const) : EVENTS.stalled
      step =
        due.state.kind === 'looking'
          ? nextReader(due.state, event)
          : nextReader(due.state, EVENTS.failed)
    }
    expect(failures).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })

  test('after several failures on end the stream is looked at before it is opened', () => {
    let step = nextReader(STATES.opening, { kind: 'failed', error: 'temporary' })
    const next: (string | undefined)[] = []
    for (let n = 0; n < 3; n++) {
      const due = nextReader(step.state, { kind: 'due' })
      next.push(due.effect?.kind)
      step = nextReader(due.state, { kind: 'failed', error: 'temporary' })
    }
    expect(next).toEqual(['open', 'open', 'look'])
  })
})

// The model: a shard of records, a store, and a reader between them. Everything may fail.

/** How one thing that the reader waits for comes out. */
type Outcome = 'well' | 'stalled' | 'late' | { fails: SourceErrorKind }

const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  { weight: 6, arbitrary: fc.constant('well' as const) },
  { weight: 1, arbitrary: fc.constant('stalled' as const) },
  { weight: 1, arbitrary: fc.constant('late' as const) },
  { weight: 3, arbitrary: fc.constantFrom(...ERRORS).map((fails) => ({ fails })) },
)

const happening = fc.oneof(
  { weight: 8, arbitrary: outcome.map((outcome) => ({ kind: 'step' as const, outcome })) },
  { weight: 1, arbitrary: fc.constant({ kind: 'commit' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'kill' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'stop' as const }) },
)

const RECORDS = 12
const BATCH = 3

/** A shard that is closed, with RECORDS records, read through the machine; the store is the oracle. */
function createModel() {
  const committed = { upTo: 0, taken: [] as number[], finished: false }
  let memory = { upTo: 0, taken: [] as number[], finished: false }
  let at = 0
  let batch: number[] = []
  let state: Reader = firstStep().state
  let effect: Effect = firstStep().effect

  function start(): void {
    memory = { ...committed, taken: [...committed.taken] }
    state = memory.finished ? { kind: 'finished' } : firstStep().state
    effect = memory.finished ? { kind: 'none' } : firstStep().effect
  }

  function tell(event: ReaderEvent): void {
    const step = nextReader(state, event)
    state = step.state
    if (step.effect !== undefined) effect = step.effect
    if (effect.kind === 'mark_trimmed') throw new Error('the model trims nothing')
  }

  /** What the shell does where nothing goes wrong. */
  function well(): ReaderEvent | undefined {
    switch (effect.kind) {
      case 'open':
      case 'poll_instead':
        at = memory.upTo
        return { kind: 'opened' }
      case 'ask_room':
        return { kind: 'room' }
      case 'read':
        batch = Array.from({ length: Math.min(BATCH, RECORDS - at) }, (_, n) => at + n + 1)
        at += batch.length
        return { kind: 'batch', end: at === RECORDS }
      case 'take':
        for (const record of batch) {
          if (record <= memory.upTo) continue
          memory.taken.push(record)
          memory.upTo = record
        }
        return { kind: 'taken' }
      case 'rest':
      case 'wait':
        return { kind: 'due' }
      case 'look':
        return { kind: 'verdict', verdict: 'there' }
      case 'settle':
        memory.finished = true
        return { kind: 'settled' }
      case 'mark_trimmed':
      case 'none':
        return undefined
    }
  }

  function step(how: Outcome): void {
    if (isOver(state)) return
    // Taking in is the process's own doing: it does not fail half way.
    if (how === 'well' || effect.kind === 'take') {
      const event = well()
      if (event !== undefined) tell(event)
    } else if (how === 'stalled') {
      tell({ kind: 'stalled' })
    } else if (how === 'late') {
      // The answer to something that was given up reaches nobody: the shell drops it. Here: nothing happens.
    } else {
      tell({ kind: 'failed', error: how.fails })
    }
  }

  return {
    step,
    commit() {
      Object.assign(committed, { ...memory, taken: [...memory.taken] })
    },
    kill: start,
    stop() {
      tell({ kind: 'stop' })
      this.commit()
      start()
    },
    state: () => state,
    effect: () => effect,
    committed,
  }
}

describe('a reader that everything happens to', () => {
  test('I1, I2, I8, I9: takes every record in once and in order, and comes to the end', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 120 }), (happenings) => {
        const model = createModel()
        for (const each of happenings) {
          if (each.kind === 'step') model.step(each.outcome)
          else model[each.kind]()
          expect(model.committed.taken).toEqual(
            Array.from({ length: model.committed.taken.length }, (_, n) => n + 1),
          )
          if (!isOver(model.state())) expect(model.effect().kind).not.toBe('none')
        }
        // Then all goes well: it must come to the end by itself, in a bounded number of steps.
        for (let n = 0; n < 60 && !isOver(model.state()); n++) model.step('well')
        model.commit()
        expect(model.state().kind).toBe('finished')
        expect(model.committed.taken).toEqual(Array.from({ length: RECORDS }, (_, n) => n + 1))
      }),
      { numRuns: 500 },
    )
  })

  test('what is over stays over, whatever still comes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('finished', 'trimmed', 'stopped'),
        fc.array(fc.constantFrom(...Object.values(EVENTS))),
        (kind, events) => {
          let state: Reader = STATES[kind as ReaderKind]
          for (const event of events) {
            const step = nextReader(state, event)
            expect(step.effect).toBeUndefined()
            state = step.state
          }
          expect(state.kind).toBe(kind)
        },
      ),
    )
  })
})
