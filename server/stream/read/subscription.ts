import { type Batch, type Position, SourceError } from './stream-source.ts'

export interface KeptSubscription {
  /** One subscription of at most 5 minutes. */
  subscribe: (position: Position, signal: AbortSignal) => Promise<AsyncIterable<Batch>>
  position: Position
  signal: AbortSignal
  pause: (ms: number, signal: AbortSignal) => Promise<void>
  random: () => number
  /** When the next one is begun, after the last one was; 4 min 45 s less up to a fifth. */
  renewAfterMs?: number
}

const RENEW_AFTER_MS = 285_000
/** So that the shards of a stream do not renew all at once. */
const JITTER = 0.2
/** Kinesis takes one call a second for a shard and consumer. */
const SPACING_MS = 1_000
/** It refuses another for 5 s; if it does so much longer, someone else has the consumer. */
const MAX_IN_USE = 15

/**
 * The batches of one shard, over as many subscriptions as it takes. The next one is begun from the newest
 * position while the last one still runs, so that there is no gap; nothing comes twice or is left out. Ends
 * with the shard (a batch without `next`), quietly when `signal` aborts, and with the `SourceError` of a
 * subscription that fails; only a renewal that fails leaves the old one to its end.
 */
export async function* keepSubscribed(options: KeptSubscription): AsyncGenerator<Batch> {
  const { signal } = options
  const over = new AbortController()
  const open = createOpener({ ...options, signal: AbortSignal.any([signal, over.signal]) })
  let { position } = options
  let running: Running | undefined
  try {
    running = await open.first(position)
    while (!signal.aborted) {
      const step = await running.step()
      if (step === 'renew') {
        // What the old one holds back meanwhile, the new one brings: it begins before it.
        const renewed = await open.renewal(position)
        if (renewed !== undefined) {
          running.stop()
          running = renewed
        }
      } else if (step.done === true) {
        running.stop()
        running = await open.afterEnd(position)
      } else {
        yield step.value
        const { next, records } = step.value
        if (next === undefined) return
        // What came is sure; the place to go on is only said, and needed where nothing came.
        position = { kind: 'after', sequenceNumber: records.at(-1)?.sequenceNumber ?? next }
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    over.abort()
    running?.stop()
  }
}

interface Running {
  /** Its next batch, or its end; once, that it is time for the next subscription. */
  step(): Promise<IteratorResult<Batch> | 'renew'>
  stop(): void
}

function createOpener(options: KeptSubscription) {
  const { subscribe, signal, pause, random, renewAfterMs = RENEW_AFTER_MS } = options
  let spaced = Promise.resolve()

  async function first(position: Position): Promise<Running> {
    await spaced
    signal.throwIfAborted()
    spaced = pause(SPACING_MS, signal)
    const own = new AbortController()
    const together = AbortSignal.any([signal, own.signal])
    const batches = await subscribe(position, together)
    const due = pause(renewAfterMs * (1 - JITTER * random()), together)
    return run(batches[Symbol.asyncIterator](), due, own)
  }

  /** undefined: not now. */
  const renewal = (position: Position): Promise<Running | undefined> =>
    first(position).catch(() => undefined)

  async function afterEnd(position: Position): Promise<Running> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await first(position)
      } catch (error) {
        const inUse = error instanceof SourceError && error.kind === 'in_use'
        if (!inUse || attempt === MAX_IN_USE) throw error
      }
    }
  }

  return { first, renewal, afterEnd }
}

function run(batches: AsyncIterator<Batch>, due: Promise<void>, own: AbortController): Running {
  let pending: Promise<IteratorResult<Batch>> | undefined
  let renew: 'not_yet' | 'due' | 'said' = 'not_yet'
  let wake = (): void => {}
  void due.then(() => {
    renew = 'due'
    wake()
  })
  return {
    async step() {
      pending ??= batches.next()
      const next = pending
      const step = await new Promise<IteratorResult<Batch> | 'renew'>((resolve, reject) => {
        wake = () => resolve('renew')
        next.then(resolve, reject)
        if (renew === 'due') wake()
      })
      if (step === 'renew') renew = 'said'
      else pending = undefined
      return step
    },
    stop() {
      own.abort()
      // What it still says is of no interest, not even that it failed.
      pending?.catch(() => {})
      batches.return?.().catch(() => {})
    },
  }
}
