import type { SourceErrorKind } from './stream-source.ts'

/** The life of one reader: what it waits for, and what it does next. Pure; see SPEC.md. */
export type Reader =
  | { kind: 'opening'; trouble: Trouble | null }
  | { kind: 'asking'; trouble: Trouble | null }
  | { kind: 'reading'; trouble: Trouble | null }
  | { kind: 'taking'; after: After; trouble: Trouble | null }
  | { kind: 'resting'; agreed?: Trouble }
  | { kind: 'retrying'; trouble: Trouble; look: boolean }
  | { kind: 'looking'; trouble: Trouble }
  | { kind: 'ending'; claim: EndClaim; trouble: Trouble | null }
  | { kind: 'finished' }
  | { kind: 'trimmed' }
  | { kind: 'stopped' }

/** Since the last answer that was believed. */
export interface Trouble {
  error: SourceErrorKind
  failures: number
  /** Listings on end that did not name the shard. */
  missing?: number
  /** The list of shards agreed that the shard is over: its end has to be read once more, behind no further record. */
  agreed?: boolean
}

/** What an answer claims; `read/answer-check.ts` says which. */
export type ClaimKind = 'more' | 'end' | 'bare_end' | 'doubt'

/** `named`: with the shard's children. `sure`: read again after the list of shards agreed. */
export type EndClaim = 'named' | 'bare' | 'sure'

export type After = 'rest' | 'rest_agreed' | 'doubt' | EndClaim

export type ReaderEvent =
  | { kind: 'opened' }
  | { kind: 'room' }
  | { kind: 'batch'; claim: ClaimKind; isEmpty: boolean }
  | { kind: 'taken' }
  | { kind: 'due' }
  | { kind: 'failed'; error: SourceErrorKind }
  | { kind: 'verdict'; verdict: Verdict }
  | { kind: 'agreed' }
  | { kind: 'settled' }
  | { kind: 'stalled' }
  | { kind: 'stop' }

export type Verdict = 'there' | 'shard_trimmed' | 'stream_gone'

/** What the shell does now; its outcome is the next event. `again`: what follows the wait. */
export type Effect =
  | { kind: 'open'; older: boolean }
  | { kind: 'ask_room' }
  | { kind: 'read' }
  | { kind: 'take' }
  | { kind: 'rest' }
  | { kind: 'wait'; trouble: Trouble }
  | { kind: 'look' }
  | { kind: 'settle'; claim: EndClaim }
  | { kind: 'mark_trimmed' }
  | { kind: 'poll_instead' }
  | { kind: 'none' }

export interface Step {
  state: Reader
  /** undefined: what is under way goes on. */
  effect?: Effect
}

export type ReaderKind = Reader['kind']
type StateOf<K extends ReaderKind> = Extract<Reader, { kind: K }>
type EventOf<K extends ReaderEvent['kind']> = Extract<ReaderEvent, { kind: K }>
type Cell<S extends ReaderKind, E extends ReaderEvent['kind']> = (
  state: StateOf<S>,
  event: EventOf<E>,
) => Step
type Table = { [S in ReaderKind]: { [E in ReaderEvent['kind']]: Cell<S, E> } }

/** An iterator that expires again and again is trouble after all. */
const EXPIRED_AT_ONCE = 3
/** After so many failures on end the stream may be another one than before: it is looked at first. */
const LOOK_AFTER = 3
/** A listing may lag behind: a shard counts as trimmed away when it was missing so often. */
const MISSING_FOR_GOOD = 3

const NONE: Effect = { kind: 'none' }

/** What does not concern the state: a late answer to something that was given up. */
const stay = (state: Reader): Step => ({ state })
const stop = (): Step => ({ state: { kind: 'stopped' }, effect: NONE })

const open = (trouble: Trouble | null, older = false): Step => ({
  state: { kind: 'opening', trouble },
  effect: { kind: 'open', older },
})

const worse = (before: Trouble | null, error: SourceErrorKind): Trouble => ({
  ...before,
  error,
  failures: (before?.failures ?? 0) + 1,
})

/** What it was about goes on to be: only the next wait is longer. */
const lookAgain = (before: Trouble, missing = before.missing ?? 0): Step =>
  wait({ ...worse(before, before.error), missing }, true)

/** The policy for each kind of error while a feed is opened or read. */
function failed(before: Trouble | null, error: SourceErrorKind): Step {
  const trouble = worse(before, error)
  switch (error) {
    case 'expired_iterator':
      return trouble.failures <= EXPIRED_AT_ONCE ? open(trouble) : wait(trouble)
    case 'unsupported':
      return { state: { kind: 'opening', trouble }, effect: { kind: 'poll_instead' } }
    case 'gone':
    case 'bad_position':
      return wait(trouble, true)
    case 'temporary':
    case 'contradicting':
      return wait(trouble, trouble.failures >= LOOK_AFTER)
    case 'throttled':
    case 'denied':
    case 'in_use':
      return wait(trouble)
  }
}

/** `look`: at the shard and the stream, before it is opened again. */
const wait = (trouble: Trouble, look = false): Step => ({
  state: { kind: 'retrying', trouble, look },
  effect: { kind: 'wait', trouble },
})

/** The watchdog's doing is a timeout like any other, only later. */
const stalled = (before: Trouble | null): Step => open(worse(before, 'temporary'))

const opening: Table['opening'] = {
  opened: ({ trouble }) => ({ state: { kind: 'asking', trouble }, effect: { kind: 'ask_room' } }),
  room: stay,
  batch: stay,
  taken: stay,
  due: stay,
  failed: ({ trouble }, { error }) => failed(trouble, error),
  verdict: stay,
  agreed: stay,
  settled: stay,
  stalled: ({ trouble }) => stalled(trouble),
  stop,
}

const asking: Table['asking'] = {
  opened: stay,
  room: ({ trouble }) => ({ state: { kind: 'reading', trouble }, effect: { kind: 'read' } }),
  batch: stay,
  taken: stay,
  due: stay,
  failed: ({ trouble }, { error }) => failed(trouble, error),
  verdict: stay,
  agreed: stay,
  settled: stay,
  // Room comes with a commit; a store in trouble is not a reader's fault.
  stalled: stay,
  stop,
}

function afterBatch(trouble: Trouble | null, { claim, isEmpty }: EventOf<'batch'>): After {
  switch (claim) {
    case 'more':
      // A closed shard that is opened anew may go on without a record before it claims its end again.
      return trouble?.agreed === true && isEmpty ? 'rest_agreed' : 'rest'
    case 'doubt':
      return 'doubt'
    case 'end':
      return 'named'
    case 'bare_end':
      return trouble?.agreed === true && isEmpty ? 'sure' : 'bare'
  }
}

const reading: Table['reading'] = {
  opened: stay,
  room: stay,
  batch: ({ trouble }, batch) => ({
    state: { kind: 'taking', after: afterBatch(trouble, batch), trouble },
    effect: { kind: 'take' },
  }),
  taken: stay,
  due: stay,
  failed: ({ trouble }, { error }) => failed(trouble, error),
  verdict: stay,
  agreed: stay,
  settled: stay,
  stalled: ({ trouble }) => stalled(trouble),
  stop,
}

function taken(after: After, trouble: Trouble | null): Step {
  switch (after) {
    case 'rest':
      return { state: { kind: 'resting' }, effect: { kind: 'rest' } }
    case 'rest_agreed':
      return {
        state: { kind: 'resting', ...(trouble !== null && { agreed: trouble }) },
        effect: { kind: 'rest' },
      }
    case 'doubt':
      return failed(trouble, 'contradicting')
    case 'named':
    case 'bare':
    case 'sure':
      return settle(after, trouble)
  }
}

const settle = (claim: EndClaim, trouble: Trouble | null): Step => ({
  state: { kind: 'ending', claim, trouble },
  effect: { kind: 'settle', claim },
})

const taking: Table['taking'] = {
  opened: stay,
  room: stay,
  batch: stay,
  taken: ({ after, trouble }) => taken(after, trouble),
  due: stay,
  failed: (_, { error }) => failed(null, error),
  verdict: stay,
  agreed: stay,
  settled: stay,
  stalled: stay,
  stop,
}

const resting: Table['resting'] = {
  opened: stay,
  room: stay,
  batch: stay,
  taken: stay,
  due: ({ agreed }) => ({
    state: { kind: 'asking', trouble: agreed ?? null },
    effect: { kind: 'ask_room' },
  }),
  failed: ({ agreed }, { error }) => failed(agreed ?? null, error),
  verdict: stay,
  agreed: stay,
  settled: stay,
  stalled: ({ agreed }) => stalled(agreed ?? null),
  stop,
}

const retrying: Table['retrying'] = {
  opened: stay,
  room: stay,
  batch: stay,
  taken: stay,
  due: ({ trouble, look }) =>
    look ? { state: { kind: 'looking', trouble }, effect: { kind: 'look' } } : open(trouble),
  failed: ({ trouble }, { error }) => failed(trouble, error),
  verdict: stay,
  agreed: stay,
  settled: stay,
  stalled: ({ trouble }) => stalled(trouble),
  stop,
}

function looked(trouble: Trouble, verdict: Verdict): Step {
  switch (verdict) {
    case 'there':
      return open({ ...trouble, missing: 0 }, trouble.error === 'bad_position')
    case 'shard_trimmed': {
      const missing = (trouble.missing ?? 0) + 1
      return missing < MISSING_FOR_GOOD
        ? lookAgain(trouble, missing)
        : { state: { kind: 'trimmed' }, effect: { kind: 'mark_trimmed' } }
    }
    case 'stream_gone':
      return lookAgain(trouble)
  }
}

const looking: Table['looking'] = {
  opened: stay,
  room: stay,
  batch: stay,
  taken: stay,
  due: stay,
  failed: ({ trouble }) => lookAgain(trouble),
  verdict: ({ trouble }, { verdict }) => looked(trouble, verdict),
  agreed: stay,
  settled: stay,
  stalled: ({ trouble }) => lookAgain(trouble),
  stop,
}

function settleAgain({ claim, trouble: before }: StateOf<'ending'>, error: SourceErrorKind): Step {
  const trouble = worse(before, error)
  return { state: { kind: 'ending', claim, trouble }, effect: { kind: 'wait', trouble } }
}

/** The list of shards says otherwise: the end was none. Else it is only looked at again. */
const notSettled = (state: StateOf<'ending'>, error: SourceErrorKind): Step =>
  error === 'contradicting'
    ? failed({ error, failures: 0, ...state.trouble, agreed: false }, error)
    : settleAgain(state, error)

/** Opened anew, so that what is read next was asked for after the list agreed. */
const readOnceMore = ({ trouble }: StateOf<'ending'>): Step =>
  open({ error: 'contradicting', failures: 0, ...trouble, agreed: true })

const ending: Table['ending'] = {
  opened: stay,
  room: stay,
  batch: stay,
  taken: stay,
  due: ({ claim, trouble }) => settle(claim, trouble),
  failed: (state, { error }) => notSettled(state, error),
  verdict: stay,
  agreed: readOnceMore,
  settled: () => ({ state: { kind: 'finished' }, effect: NONE }),
  stalled: (state) => settleAgain(state, 'temporary'),
  stop,
}

const over = {
  opened: stay,
  room: stay,
  batch: stay,
  taken: stay,
  due: stay,
  failed: stay,
  verdict: stay,
  agreed: stay,
  settled: stay,
  stalled: stay,
  stop: stay,
}

/** Every state by every event. */
export const TRANSITIONS: Table = {
  opening,
  asking,
  reading,
  taking,
  resting,
  retrying,
  looking,
  ending,
  finished: over,
  trimmed: over,
  stopped: over,
}

/** Where a reader begins, and what it does first. */
export const firstStep = (): Step & { effect: Effect } => ({
  state: { kind: 'opening', trouble: null },
  effect: { kind: 'open', older: false },
})

export function nextReader(state: Reader, event: ReaderEvent): Step {
  const cell = TRANSITIONS[state.kind][event.kind] as Cell<ReaderKind, ReaderEvent['kind']>
  return cell(state, event)
}

export const isOver = ({ kind }: Reader): boolean =>
  kind === 'finished' || kind === 'trimmed' || kind === 'stopped'
