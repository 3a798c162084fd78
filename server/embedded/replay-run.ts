import type { EventInput } from '../../lib/event.ts'
import type { Clock } from '../platform/clock.ts'
import {
  entryBytes,
  MAX_CALL_BYTES,
  MAX_CALL_RECORDS,
  MAX_RECORD_BYTES,
  type PutEntry,
  type PutOutcome,
  putRecords,
  type SendRecords,
} from './put-records.ts'
import type { Random } from './random.ts'
import { type LineParser, type ReplayEvent, recordJson } from './replay-line.ts'
import { type LinesRead, type LogLine, MAX_LINE_BYTES } from './replay-lines.ts'
import { createTally, type Tally } from './replay-tally.ts'
import { type At, createTimeline, type Speed } from './replay-time.ts'

export interface ReplayProgress {
  lines: number
  bytes: number
  records: number
  retried: number
}

export type ReplayEnd =
  | { kind: 'done' }
  | { kind: 'stopped' }
  | { kind: 'gave_up'; problem: string }

interface Entry extends PutEntry {
  events: EventInput[]
  partlyRead: boolean
  /** When they happened, epoch ms. */
  times: readonly number[]
}

const PATIENCE_MS = 60_000
/** Lines that are due within this go out together. */
const TOGETHER_MS = 20
/** Waiting for the next line, progress is still shown. */
const LONGEST_WAIT_MS = 500

/**
 * Puts the lines on the stream in their order, one PutRecords at a time, the next being made ready
 * meanwhile. Memory does not depend on the file's size. Throws what no retry can mend.
 */
export async function replay(options: {
  lines: AsyncIterable<LinesRead>
  parse: LineParser
  speed: Speed
  at: At
  /** What happened before is shown nowhere, epoch ms; absent: all is. */
  keptFrom?: number
  send: SendRecords
  clock: Clock
  random: Random
  wait: (ms: number) => Promise<void>
  signal: AbortSignal
  onProgress: (progress: ReplayProgress) => void
}): Promise<{ end: ReplayEnd; tally: Tally }> {
  const { clock, signal, onProgress } = options
  const tally = createTally(options.keptFrom ?? Number.NEGATIVE_INFINITY)
  const timeline = createTimeline({
    speed: options.speed,
    at: options.at,
    startedAt: clock.now(),
  })
  const startedMs = clock.monotonicMs()
  const progress: ReplayProgress = { lines: 0, bytes: 0, records: 0, retried: 0 }
  const sender = createSender()

  for await (const { lines, bytes } of options.lines) {
    for (const line of lines) {
      await take(line)
      if (signal.aborted || sender.end() !== undefined) break
    }
    progress.bytes = bytes
    onProgress(progress)
    if (signal.aborted || sender.end() !== undefined) break
  }
  await sender.flush()
  await sender.settled()
  onProgress(progress)
  return { end: sender.end() ?? (signal.aborted ? { kind: 'stopped' } : { kind: 'done' }), tally }

  async function take({ number, text }: LogLine): Promise<void> {
    progress.lines = number
    progress.bytes += (text ?? '').length + 1
    if (text === undefined) return tally.skip(number, `longer than ${MAX_LINE_BYTES} bytes`)
    const parsed = options.parse(text, number)
    switch (parsed.kind) {
      case 'blank':
        tally.blank += 1
        return
      case 'skipped':
        return tally.skip(number, parsed.reason)
      case 'events': {
        await until(timeline.due(parsed.events))
        if (signal.aborted) return
        const now = clock.now()
        const events = timeline.timed(parsed.events, now)
        // What is put as it is keeps its very text.
        const whole = options.at === 'original' && parsed.verbatim === true
        const data = Buffer.from(whole ? text : recordJson(events))
        const { partlyRead = false } = parsed
        const times = parsed.events.map((event, at) => timeOf(event, events[at], now))
        const partitionKey = keyOf(parsed.partitionKey, number)
        const entry = { partitionKey, data, events, partlyRead, times }
        if (entryBytes(entry) > MAX_RECORD_BYTES) {
          return tally.skip(number, `larger than a record may be, ${MAX_RECORD_BYTES} bytes`)
        }
        await sender.add(entry)
      }
    }
  }

  /** As Kinesight will have it: from the future is when it came. */
  function timeOf({ at }: ReplayEvent, put: EventInput | undefined, now: number): number {
    if (options.at === 'original') return Math.min(at ?? now, now)
    return typeof put?.time === 'number' ? put.time : now
  }

  async function until(dueMs: number): Promise<void> {
    for (;;) {
      const leftMs = dueMs - (clock.monotonicMs() - startedMs)
      if (leftMs <= TOGETHER_MS || signal.aborted || sender.end() !== undefined) return
      await sender.flush()
      onProgress(progress)
      await options.wait(Math.min(leftMs, LONGEST_WAIT_MS))
    }
  }

  function createSender() {
    let batch: Entry[] = []
    let batchBytes = 0
    let going: Promise<void> = Promise.resolve()
    let failure: { error: unknown } | undefined
    let end: ReplayEnd | undefined

    async function send(entries: Entry[]): Promise<void> {
      const outcome = await putRecords(entries, {
        ...options,
        patienceMs: PATIENCE_MS,
        onRetry: (failed) => {
          progress.retried += failed
          onProgress(progress)
        },
      })
      const left = new Set<PutEntry>(outcome.kind === 'put' ? [] : outcome.left)
      for (const entry of entries) if (!left.has(entry)) tally.put(entry)
      progress.records = tally.records
      end = endOf(outcome)
    }

    async function settled(): Promise<void> {
      await going
      if (failure !== undefined) throw failure.error
    }

    async function flush(): Promise<void> {
      await settled()
      if (batch.length === 0 || end !== undefined) return
      onProgress(progress)
      const entries = batch
      batch = []
      batchBytes = 0
      going = send(entries).catch((error: unknown) => {
        failure = { error }
      })
    }

    return {
      flush,
      settled,
      end: () => end,
      async add(entry: Entry): Promise<void> {
        const bytes = entryBytes(entry)
        if (batch.length === MAX_CALL_RECORDS || batchBytes + bytes > MAX_CALL_BYTES) await flush()
        batch.push(entry)
        batchBytes += bytes
      },
    }
  }
}

function endOf(outcome: PutOutcome): ReplayEnd | undefined {
  switch (outcome.kind) {
    case 'put':
      return undefined
    case 'gave_up':
      return { kind: 'gave_up', problem: outcome.problem }
    case 'stopped':
      return { kind: 'stopped' }
  }
}

const MAX_KEY_LENGTH = 256

/** A key is 1 to 256 characters; a line without a visitor goes anywhere. */
const keyOf = (wanted: string | undefined, line: number): string =>
  wanted === undefined ? `line ${line}` : wanted.slice(0, MAX_KEY_LENGTH)
