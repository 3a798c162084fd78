export interface CallSeen {
  /** By the clock of the stream. */
  atMs: number
  operation: string
  shardId: string | undefined
}

export interface Counts {
  /** Calls by operation. */
  calls: Record<string, number>
  /** Calls by shard and operation. */
  byShard: Record<string, Record<string, number>>
  /** The last calls, oldest first. */
  log: CallSeen[]
  /** Opened since the start, and open now. */
  http2Sessions: { opened: number; open: number }
  sockets: { opened: number; open: number }
  openSubscriptions: { shardId: string; consumerName: string }[]
}

const LOG_CALLS = 20_000

export interface CallCounter {
  seen(call: CallSeen): void
  read(): Pick<Counts, 'calls' | 'byShard' | 'log'>
}

export function createCallCounter(): CallCounter {
  const calls: Record<string, number> = {}
  const byShard: Record<string, Record<string, number>> = {}
  let log: CallSeen[] = []
  const add = (counts: Record<string, number>, name: string) => {
    counts[name] = (counts[name] ?? 0) + 1
  }
  return {
    seen(call) {
      add(calls, call.operation)
      if (call.shardId !== undefined) {
        byShard[call.shardId] ??= {}
        add(byShard[call.shardId]!, call.operation)
      }
      log.push(call)
      if (log.length > 2 * LOG_CALLS) log = log.slice(-LOG_CALLS)
    },
    read: () => ({
      calls: { ...calls },
      byShard: structuredClone(byShard),
      log: log.slice(-LOG_CALLS),
    }),
  }
}
