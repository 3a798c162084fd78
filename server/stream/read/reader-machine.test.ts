import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkAnswer } from './answer-check.ts'
import {
  type ClaimKind,
  type Effect,
  firstStep,
  isOver,
  nextReader,
  type Reader,
  type ReaderEvent,
  type ReaderKind,
  type Step,
  TRANSITIONS,
} from './reader-machine.ts'
import { type Batch, SourceError, type SourceErrorKind } from './stream-source.ts'

/** What each state does on each event: the effect that begins, `-` where what is under way goes on. */
const EXPECTED: Record<ReaderKind, Record<ReaderEvent['kind'], Effect['kind'] | '-'>> = {
  opening: row({ opened: 'ask_room', failed: 'wait', stalled: 'open', stop: 'none' }),
  asking: row({ room: 'read', failed: 'wait', stop: 'none' }),
  reading: row({ batch: 'take', failed: 'wait', stalled: 'open', stop: 'none' }),
  taking: row({ taken: 'rest', failed: 'wait', stop: 'none' }),
  resting: row({ due: 'ask_room', failed: 'wait', stalled: 'open', stop: 'none' }),
  retrying: row({ due: 'open', failed: 'wait', stalled: 'open', stop: 'none' }),
  looking: row({ verdict: 'open', failed: 'wait', stalled: 'wait', stop: 'none' }),
  ending: row({
    due: 'settle',
    agreed: 'open',
    settled: 'none',
    failed: 'wait',
    stalled: 'wait',
    stop: 'none',
  }),
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
    agreed: nothing,
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
  taking: { kind: 'taking', after: 'rest', trouble: null },
  resting: { kind: 'resting' },
  retrying: { kind: 'retrying', trouble, look: false },
  looking: { kind: 'looking', trouble },
  ending: { kind: 'ending', claim: 'bare', trouble: null },
  finished: { kind: 'finished' },
  trimmed: { kind: 'trimmed' },
  stopped: { kind: 'stopped' },
}

const EVENTS: Record<ReaderEvent['kind'], ReaderEvent> = {
  opened: { kind: 'opened' },
  room: { kind: 'room' },
  batch: { kind: 'batch', claim: 'more', isEmpty: false },
  taken: { kind: 'taken' },
  due: { kind: 'due' },
  failed: { kind: 'failed', error: 'temporary' },
  verdict: { kind: 'verdict', verdict: 'there' },
  agreed: { kind: 'agreed' },
  settled: { kind: 'settled' },
  stalled: { kind: 'stalled' },
  stop: { kind: 'stop' },
}

const ERRORS: SourceErrorKind[] = [
  'contradicting',
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
    ['contradicting', 'wait'],
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

describe('an answer that claims to be the end of the shard', () => {
  const claiming = (claim: ClaimKind, isEmpty = true) =>
    ({ kind: 'batch', claim, isEmpty }) as const
  /** From reading on, until something has to come from outside. */
  const taken = (state: Reader, claim: ClaimKind, isEmpty = true): Step =>
    nextReader(nextReader(state, claiming(claim, isEmpty)).state, { kind: 'taken' })
  const readAgain = ({ state }: Step): Reader => {
    const asking = nextReader(state, { kind: 'opened' })
    return nextReader(asking.state, { kind: 'room' }).state
  }

  test('with children is held against the list of shards at once', () => {
    expect(taken(STATES.reading, 'end').effect).toEqual({ kind: 'settle', claim: 'named' })
  })

  test('without children is read once more after the list agreed, and then it is sure', () => {
    const first = taken(STATES.reading, 'bare_end')
    expect(first.effect).toEqual({ kind: 'settle', claim: 'bare' })
    const agreed = nextReader(first.state, { kind: 'agreed' })
    expect(agreed.effect).toEqual({ kind: 'open', older: false })
    const second = taken(readAgain(agreed), 'bare_end')
    expect(second.effect).toEqual({ kind: 'settle', claim: 'sure' })
    expect(nextReader(second.state, { kind: 'settled' }).state).toEqual({ kind: 'finished' })
  })

  test('is not sure yet where the second reading brings records', () => {
    const agreed = nextReader(taken(STATES.reading, 'bare_end').state, { kind: 'agreed' })
    const second = taken(readAgain(agreed), 'bare_end', false)
    expect(second.effect).toEqual({ kind: 'settle', claim: 'bare' })
  })

  test('stays agreed where an answer without a record comes before it is claimed again', () => {
    const agreed = nextReader(taken(STATES.reading, 'bare_end').state, { kind: 'agreed' })
    const more = taken(readAgain(agreed), 'more')
    expect(more.effect).toEqual({ kind: 'rest' })
    const asking = nextReader(more.state, { kind: 'due' })
    const third = taken(nextReader(asking.state, { kind: 'room' }).state, 'bare_end')
    expect(third.effect).toEqual({ kind: 'settle', claim: 'sure' })
  })

  test('is forgotten where the second reading goes on with records', () => {
    const agreed = nextReader(taken(STATES.reading, 'bare_end').state, { kind: 'agreed' })
    const more = nextReader(readAgain(agreed), { kind: 'batch', claim: 'more', isEmpty: false })
    const resting = nextReader(more.state, { kind: 'taken' })
    const asking = nextReader(resting.state, { kind: 'due' })
    const third = taken(nextReader(asking.state, { kind: 'room' }).state, 'bare_end')
    expect(third.effect).toEqual({ kind: 'settle', claim: 'bare' })
  })

  test('and is none by the list: it is opened again after a wait, longer each time, with a look at the third', () => {
    let state: Reader = STATES.reading
    const effects: (string | undefined)[] = []
    const failures: number[] = []
    for (let n = 0; n < 4; n++) {
      const ending = taken(state, 'end')
      const wait = nextReader(ending.state, { kind: 'failed', error: 'contradicting' })
      if (wait.effect?.kind === 'wait') failures.push(wait.effect.trouble.failures)
      const due = nextReader(wait.state, { kind: 'due' })
      effects.push(due.effect?.kind)
      const open = due.state.kind === 'looking' ? nextReader(due.state, EVENTS.verdict) : due
      state = readAgain(open)
    }
    expect(effects).toEqual(['open', 'open', 'look', 'look'])
    expect(failures).toEqual([1, 2, 3, 4])
  })

  test('stays while only the list fails', () => {
    const ending = taken(STATES.reading, 'end')
    const wait = nextReader(ending.state, { kind: 'failed', error: 'throttled' })
    expect(wait.state).toMatchObject({ kind: 'ending', claim: 'named' })
    expect(nextReader(wait.state, { kind: 'due' }).effect).toEqual({
      kind: 'settle',
      claim: 'named',
    })
  })

  test('and cannot be: what came is taken in, and it is opened again', () => {
    const reading = nextReader(STATES.reading, claiming('doubt', false))
    expect(reading.effect).toEqual({ kind: 'take' })
    const wait = nextReader(reading.state, { kind: 'taken' })
    expect(wait.effect).toMatchObject({ kind: 'wait', trouble: { error: 'contradicting' } })
    expect(nextReader(wait.state, { kind: 'due' }).effect).toEqual({ kind: 'open', older: false })
  })
})

// The model: a shard of records, a store, and a reader between them. Everything may fail, and answers may lie.

const LIES = [
  'end',
  'end_with_invented_children',
  'end_while_behind',
  'children_of_an_open_shard',
  'same_place',
  'no_place',
  'nothing',
  'out_of_order',
  'twice',
] as const
type Lie = (typeof LIES)[number]

/** How one thing that the reader waits for comes out. */
type Outcome = 'well' | 'stalled' | 'late' | { fails: SourceErrorKind } | { lies: Lie }

const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  { weight: 6, arbitrary: fc.constant('well' as const) },
  { weight: 1, arbitrary: fc.constant('stalled' as const) },
  { weight: 1, arbitrary: fc.constant('late' as const) },
  { weight: 3, arbitrary: fc.constantFrom(...ERRORS).map((fails) => ({ fails })) },
  { weight: 4, arbitrary: fc.constantFrom(...LIES).map((lies) => ({ lies })) },
)

const happening = fc.oneof(
  { weight: 16, arbitrary: outcome.map((outcome) => ({ kind: 'step' as const, outcome })) },
  { weight: 2, arbitrary: fc.constant({ kind: 'commit' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'kill' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'stop' as const }) },
  { weight: 4, arbitrary: fc.constant({ kind: 'put' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'close' as const }) },
)

const RECORDS = 12
const BATCH = 3

const SHARD = 'shard'
const CHILDREN = [{ shardId: 'child', parents: [SHARD] }]
const number = (record: number) => String(1_000 + record)

/** A shard with records, and later perhaps more, until it is closed; the store is the oracle. `ends`: it names its children. */
function createModel(ends: 'named' | 'bare') {
  const shard = { records: RECORDS, closed: false }
  const committed = { upTo: 0, taken: [] as number[], finished: false }
  let memory = { upTo: 0, taken: [] as number[], finished: false }
  let at = 0
  let passed: string | undefined
  let answer: ReturnType<typeof checkAnswer> | undefined
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

  /** What Kinesis answers, and `lie` makes of it. What nobody could tell from the truth is no lie but a loss. */
  function batchOf(lie: Lie | undefined): Batch {
    const numbers = Array.from(
      { length: Math.min(BATCH, shard.records - at) },
      (_, n) => at + n + 1,
    )
    const isEnd = shard.closed && at + numbers.length === shard.records
    const honest: Batch = {
      records: numbers.map((record) => ({
        sequenceNumber: number(record),
        arrivedAt: 0,
        partitionKey: '',
        data: new Uint8Array(),
      })),
      bytes: 0,
      next: isEnd ? undefined : `after ${at + numbers.length}`,
      children: isEnd && ends === 'named' ? CHILDREN : [],
      millisBehindLatest: at + numbers.length === shard.records ? 0 : 1_000,
      full: false,
      answeredAt: undefined,
    }
    const records = [...honest.records]
    const millisBehindLatest = shard.closed ? honest.millisBehindLatest : 0
    switch (lie) {
      case undefined:
        return honest
      case 'end':
        return { ...honest, next: undefined, children: [], millisBehindLatest }
      case 'end_with_invented_children':
        return {
          ...honest,
          next: undefined,
          children: [{ shardId: 'invented', parents: [SHARD] }],
          millisBehindLatest,
        }
      case 'end_while_behind':
        return { ...honest, next: undefined, millisBehindLatest: 5_000 }
      case 'children_of_an_open_shard':
        return { ...honest, next: `after ${at + numbers.length}`, children: CHILDREN }
      case 'same_place':
        return { ...honest, next: `after ${at}` }
      case 'no_place':
        return { ...honest, next: '' }
      case 'nothing':
        return { ...honest, next: `after ${at}`, records: [], children: [] }
      case 'out_of_order':
        return { ...honest, records: records.toReversed() }
      case 'twice':
        return { ...honest, records: records.flatMap((record) => [record, record]) }
    }
  }

  function read(lie: Lie | undefined): ReaderEvent {
    try {
      const iterator = `after ${at}`
      answer = checkAnswer(batchOf(lie), { shardId: SHARD, iterator, passed })
    } catch (error) {
      if (error instanceof SourceError) return { kind: 'failed', error: error.kind }
      throw error
    }
    passed = answer.records.at(-1)?.sequenceNumber ?? passed
    at = Number(answer.next?.replace('after ', '') ?? at)
    const { kind } = answer.claim
    const claim = kind === 'late_end' ? 'doubt' : kind
    return { kind: 'batch', claim, isEmpty: answer.records.length === 0 }
  }

  function settle(claim: string): ReaderEvent {
    const named = answer?.claim.kind === 'end' ? answer.claim.children : []
    if (!shard.closed || named.some(({ shardId }) => shardId !== 'child')) {
      return { kind: 'failed', error: 'contradicting' }
    }
    if (claim === 'bare') return { kind: 'agreed' }
    memory.finished = true
    return { kind: 'settled' }
  }

  /** What the shell does where nothing goes wrong, but that the answer to a read may lie. */
  function well(lie?: Lie): ReaderEvent | undefined {
    switch (effect.kind) {
      case 'open':
      case 'poll_instead':
        at = memory.upTo
        passed = undefined
        return { kind: 'opened' }
      case 'ask_room':
        return { kind: 'room' }
      case 'read':
        return read(lie)
      case 'take':
        for (const { sequenceNumber } of answer?.records ?? []) {
          const record = Number(sequenceNumber) - 1_000
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
        return settle(effect.claim)
      case 'mark_trimmed':
      case 'none':
        return undefined
    }
  }

  function step(how: Outcome): void {
    if (isOver(state)) return
    const lie = typeof how === 'object' && 'lies' in how ? how.lies : undefined
    // Taking in is the process's own doing: it does not fail half way.
    if (how === 'well' || lie !== undefined || effect.kind === 'take') {
      const event = well(lie)
      if (event !== undefined) tell(event)
    } else if (how === 'stalled') {
      tell({ kind: 'stalled' })
    } else if (how === 'late') {
      // The answer to something that was given up reaches nobody: the shell drops it. Here: nothing happens.
    } else if ('fails' in how) {
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
    put() {
      if (!shard.closed) shard.records++
    },
    close() {
      shard.closed = true
    },
    state: () => state,
    effect: () => effect,
    committed,
    shard,
  }
}

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1)

describe('I1, I2, I8, I9, I20: a reader that everything happens to', () => {
  test.each(['named', 'bare'] as const)(
    'takes every record in once and in order, and comes to the end and no sooner, whatever is said (%s children)',
    (ends) => {
      fc.assert(
        fc.property(fc.array(happening, { maxLength: 160 }), (happenings) => {
          const model = createModel(ends)
          for (const each of happenings) {
            if (each.kind === 'step') model.step(each.outcome)
            else model[each.kind]()
            const { taken, finished } = model.committed
            expect(taken).toEqual(upTo(taken.length))
            if (finished) {
              expect(model.shard.closed).toBe(true)
              expect(taken).toHaveLength(model.shard.records)
            }
            if (!isOver(model.state())) expect(model.effect().kind).not.toBe('none')
          }
          // Then all goes well: it must come to the end by itself, in a bounded number of steps.
          model.close()
          const steps = 60 + 2 * model.shard.records
          for (let n = 0; n < steps && !isOver(model.state()); n++) model.step('well')
          model.commit()
          expect(model.state().kind).toBe('finished')
          expect(model.committed.taken).toEqual(upTo(model.shard.records))
        }),
        { numRuns: 1_000 },
      )
    },
  )

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
