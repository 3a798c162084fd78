import { gzipSync } from 'node:zlib'
import type { Clock } from '../platform/clock.ts'
import { messageOf } from '../platform/errors.ts'
import type { Log } from '../platform/log.ts'
import { createDemoShop, type DemoRecord, type DemoShop } from './demo-shop.ts'
import { SKIP_WORDS, type SkipReason, skipReason } from './demo-skips.ts'
import { createProducer, type Producer } from './producer-client.ts'
import { MAX_CALL_RECORDS, type PutEntry, putRecords } from './put-records.ts'
import { type Random, seededRandom } from './random.ts'

const TICK_MS = 200
/** Half a minute of traffic: a stream that is slower than that loses the rest. */
const MAX_BACKLOG_RECORDS = 1_000
/** After a longer pause (the machine slept) the shop opens anew instead of making up for it. */
const MAX_GAP_MS = 5_000
const PATIENCE_MS = 10_000
/** A page with its ads is about 1.2 kB of JSON and a third of that gzipped; a day of it lies on disk. */
const GZIP_FROM_BYTES = 600

export interface DemoTraffic {
  /** At once: what is waiting is thrown away. */
  stop(): void
}

/** Puts the demo shop's events on a stream, as any producer would. */
export async function startDemoTraffic(options: {
  endpoint: string
  region: string
  streamName: string
  seed: number
  clock: Clock
  log: Log
}): Promise<DemoTraffic> {
  const { clock, log, seed } = options
  const producer = await createProducer({ ...options, anyCredentials: true })
  const stopping = new AbortController()
  const sender = createSender(producer, clock, seededRandom(seed + 1), log, stopping.signal)

  let shop: DemoShop | undefined
  let doneUntil = 0
  function tick(): void {
    const now = clock.now()
    if (shop === undefined || now < doneUntil || now - doneUntil > MAX_GAP_MS) {
      shop = createDemoShop({ seed, startedAt: now })
    } else {
      sender.offer(shop.tick(doneUntil, now))
    }
    doneUntil = now
  }
  tick()
  const timer = setInterval(tick, TICK_MS)

  return {
    stop() {
      clearInterval(timer)
      stopping.abort()
      producer.close()
    },
  }
}

function createSender(
  producer: Producer,
  clock: Clock,
  random: Random,
  log: Log,
  signal: AbortSignal,
) {
  let backlog: DemoRecord[] = []
  let sending = false
  let told: SkipReason | undefined

  async function drain(): Promise<void> {
    while (backlog.length > 0 && !signal.aborted) {
      const batch = backlog.slice(0, MAX_CALL_RECORDS)
      backlog = backlog.slice(batch.length)
      const outcome = await putRecords(batch.map(toEntry), {
        send: producer.send,
        clock,
        random,
        wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
        patienceMs: PATIENCE_MS,
        signal,
      })
      if (outcome.kind === 'gave_up') skip(skipReason(outcome.problem), outcome.problem)
      if (outcome.kind === 'put' && told !== 'slow') told = undefined
    }
  }

  /** Said once, until it is for another reason. */
  function skip(reason: SkipReason, why: string): void {
    if (told !== reason) log.warn({ why }, SKIP_WORDS[reason])
    told = reason
  }

  return {
    offer(records: readonly DemoRecord[]): void {
      const room = MAX_BACKLOG_RECORDS - backlog.length
      backlog.push(...records.slice(0, room))
      // While nothing is taken at all the reason is known, and it is not that the stream is slow.
      if (records.length > room) skip(told ?? 'slow', 'backlog is full')
      if (sending) return
      sending = true
      drain()
        .catch((error: unknown) => {
          backlog = []
          if (!signal.aborted) skip(skipReason(error), messageOf(error))
        })
        .finally(() => {
          sending = false
        })
    },
  }
}

export function toEntry(record: DemoRecord): PutEntry {
  const [only] = record.events
  const json = Buffer.from(JSON.stringify(record.events.length === 1 ? only : record.events))
  const data = json.length < GZIP_FROM_BYTES ? json : gzipSync(json, { level: 6 })
  return { partitionKey: record.partitionKey, data }
}
