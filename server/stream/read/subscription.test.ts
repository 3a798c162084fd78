import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { type Batch, type Position, SourceError } from './stream-source.ts'
import { keepSubscribed } from './subscription.ts'

/** A shard whose records are numbers; sequence number n comes after n - 1. */
function shardOf(count: { readonly written: number; readonly closed: boolean }) {
  const open: Subscription[] = []
  let subscribed = 0
  let refuse: (call: number) => SourceError | undefined = () => undefined
  const subscribe = async (position: Position, signal: AbortSignal) => {
    subscribed += 1
    const refused = refuse(subscribed)
    if (refused !== undefined) throw refused
    const from = position.kind === 'after' ? Number(position.sequenceNumber) : 0
    const subscription = subscriptionOf(from, count, signal)
    open.push(subscription)
    return subscription.batches
  }
  return {
    subscribe,
    open,
    subscribed: () => subscribed,
    refuse: (by: typeof refuse) => {
      refuse = by
    },
  }
}

interface Subscription {
  from: number
  batches: AsyncIterable<Batch>
  /** Sends up to `records`, or an event without any. */
  send(records: number): void
  end(): void
  fail(error: SourceError): void
  aborted(): boolean
}

function subscriptionOf(
  from: number,
  shard: { readonly written: number; readonly closed: boolean },
  signal: AbortSignal,
): Subscription {
  const queue: (Batch | 'end' | SourceError)[] = []
  let wake = () => {}
  let at = from
  const push = (item: Batch | 'end' | SourceError) => {
    queue.push(item)
    wake()
  }
  signal.addEventListener('abort', () => wake())
  async function* batches(): AsyncGenerator<Batch> {
    while (!signal.aborted) {
      const item = queue.shift()
      if (item === 'end') return
      if (item instanceof SourceError) throw item
      if (item !== undefined) yield item
      else {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    }
  }
  return {
    from,
    batches: batches(),
    send(records) {
      const to = Math.min(shard.written, at + records)
      const numbers = Array.from({ length: to - at }, (_, n) => at + n + 1)
      at = to
      push(batchOf(numbers, shard.closed && at === shard.written ? undefined : String(at)))
    },
    end: () => push('end'),
    fail: push,
    aborted: () => signal.aborted,
  }
}

const batchOf = (numbers: number[], next: string | undefined): Batch => ({
  records: numbers.map((number) => ({
    sequenceNumber: String(number),
    arrivedAt: 0,
    partitionKey: '',
    data: new Uint8Array(),
  })),
  bytes: 0,
  next,
  children: [],
  millisBehindLatest: 0,
  full: false,
  answeredAt: undefined,
})

/** Time that passes by hand. */
function handClock() {
  let waiting: { ms: number; resolve: () => void }[] = []
  return {
    pause: (ms: number, signal: AbortSignal) =>
      new Promise<void>((resolve) => {
        const end = () => {
          signal.removeEventListener('abort', end)
          resolve()
        }
        waiting.push({ ms, resolve: end })
        signal.addEventListener('abort', end)
        if (signal.aborted) end()
      }),
    /** What waits for so long, and no more, has waited. */
    pass(most: number) {
      const over = waiting.filter(({ ms }) => ms <= most)
      waiting = waiting.filter(({ ms }) => ms > most)
      for (const { resolve } of over) resolve()
    },
  }
}

const inUse = () => new SourceError('in_use', 'in use', '')
const SECOND = 1_000
const FIVE_MINUTES = 300_000

function keeping(shard: ReturnType<typeof shardOf>) {
  const clock = handClock()
  const abort = new AbortController()
  const got: string[] = []
  const batches = keepSubscribed({
    subscribe: shard.subscribe,
    position: { kind: 'trim_horizon' },
    signal: abort.signal,
    pause: clock.pause,
    random: () => 0,
  })
  const done = (async () => {
    for await (const { records } of batches) {
      got.push(...Array.from(records, ({ sequenceNumber }) => sequenceNumber))
    }
  })()
  done.catch(() => {})
  const opened = (count: number) => vi.waitFor(() => expect(shard.open).toHaveLength(count))
  const gotten = (count: number) => vi.waitFor(() => expect(got).toHaveLength(count))
  return { clock, abort, got, done, opened, gotten }
}

const numbersTo = (count: number) => Array.from({ length: count }, (_, n) => String(n + 1))
const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('a kept subscription', () => {
  test('is renewed from the newest position while the old one runs, which is then ended', async () => {
    const shard = shardOf({ written: 10, closed: false })
    const { clock, got, opened, gotten, abort, done } = keeping(shard)
    await opened(1)
    shard.open[0]!.send(4)
    await gotten(4)
    clock.pass(FIVE_MINUTES)
    await opened(2)
    expect(shard.open[1]!.from).toBe(4)
    shard.open[0]!.send(3)
    shard.open[1]!.send(6)
    await gotten(10)
    expect(got).toEqual(numbersTo(10))
    expect(shard.open[0]!.aborted()).toBe(true)
    abort.abort()
    await done
  })

  test('that cannot be renewed goes on to its end, and is followed then, a second apart', async () => {
    const shard = shardOf({ written: 10, closed: false })
    shard.refuse((call) => (call >= 2 && call <= 4 ? inUse() : undefined))
    const { clock, got, opened, gotten, abort, done } = keeping(shard)
    await opened(1)
    shard.open[0]!.send(2)
    await gotten(2)
    clock.pass(FIVE_MINUTES)
    await vi.waitFor(() => expect(shard.subscribed()).toBe(2))
    shard.open[0]!.send(2)
    await gotten(4)
    shard.open[0]!.end()
    for (const calls of [3, 4, 5]) {
      await settle()
      expect(shard.subscribed()).toBe(calls - 1)
      clock.pass(SECOND)
      await vi.waitFor(() => expect(shard.subscribed()).toBe(calls))
    }
    await opened(2)
    expect(shard.open[1]!.from).toBe(4)
    shard.open[1]!.send(6)
    await gotten(10)
    expect(got).toEqual(numbersTo(10))
    abort.abort()
    await done
  })

  test('gives up where another reader holds the consumer for long', async () => {
    const shard = shardOf({ written: 0, closed: false })
    shard.refuse((call) => (call >= 2 ? inUse() : undefined))
    const { clock, opened, done } = keeping(shard)
    await opened(1)
    shard.open[0]!.end()
    const passing = setInterval(() => clock.pass(SECOND), 1)
    await expect(done).rejects.toMatchObject({ kind: 'in_use' })
    clearInterval(passing)
    expect(shard.subscribed()).toBe(16)
  })

  test('ends with the shard', async () => {
    const shard = shardOf({ written: 3, closed: true })
    const { got, opened, done } = keeping(shard)
    await opened(1)
    shard.open[0]!.send(3)
    await done
    expect(got).toEqual(numbersTo(3))
    expect(shard.subscribed()).toBe(1)
    expect(shard.open[0]!.aborted()).toBe(true)
  })

  test('ends with the error of a subscription', async () => {
    const shard = shardOf({ written: 3, closed: false })
    const { opened, done } = keeping(shard)
    await opened(1)
    shard.open[0]!.fail(new SourceError('denied', 'no', ''))
    await expect(done).rejects.toMatchObject({ kind: 'denied' })
  })

  test('ends quietly, and ends what runs, when it is aborted', async () => {
    const shard = shardOf({ written: 3, closed: false })
    const { opened, abort, done } = keeping(shard)
    await opened(1)
    abort.abort()
    await done
    expect(shard.open[0]!.aborted()).toBe(true)
  })
})

/** What may happen, in any order. */
const happening = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('send' as const), records: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'late_send' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'renew' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'end' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'refuse' as const }) },
)

test('whatever renews, ends or is refused, every record comes once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { maxLength: 40 }), async (happenings) => {
      const shard = shardOf({ written: 1_000, closed: false })
      let refusals = 0
      shard.refuse((call) => (call > 1 && refusals-- > 0 ? inUse() : undefined))
      const { clock, got, abort, done } = keeping(shard)
      while (shard.open.length === 0) await settle()
      for (const next of happenings) {
        const newest = shard.open.at(-1)!
        if (next.kind === 'send') newest.send(next.records)
        // An old one that does not know yet that it is over.
        else if (next.kind === 'late_send') shard.open[Math.max(0, shard.open.length - 2)]!.send(2)
        else if (next.kind === 'renew') clock.pass(FIVE_MINUTES)
        else if (next.kind === 'end') newest.end()
        else refusals = 1
        clock.pass(SECOND)
        await settle()
      }
      clock.pass(SECOND)
      await settle()
      const count = got.length
      shard.open.at(-1)!.send(1)
      while (got.length === count) {
        clock.pass(SECOND)
        shard.open.at(-1)!.send(1)
        await settle()
      }
      // The oracle: the records of the shard, counted.
      expect(got).toEqual(numbersTo(got.length))
      abort.abort()
      await done
    }),
    { numRuns: 200 },
  )
})
