import { setImmediate } from 'node:timers/promises'
import type { Random } from '../chaos/random.ts'
import { chance, pick, splitMix32 } from '../chaos/random.ts'
import { checkContainer, checkText } from './check-record.ts'
import { mutate } from './mutate.ts'
import type { StepClock } from './readings.ts'
import { LOG_LINES, makeText, wrap } from './records.ts'

export interface FuzzOptions {
  seed: number
  /** The first record, and how many. */
  from: number
  records: number
  /** Of a real log, to be mutated among others. */
  logLines: readonly string[]
  nowMs: () => number
  /** Told now and then how many were read. */
  progress?: (done: number) => void
}

export interface FuzzResult {
  /** With which the record comes again: `--seed` and `--from`. */
  failures: { record: number; problem: string; base64: string }[]
  records: number
  bytes: number
  /** Of a step, the shortest of several tries where it was too long. */
  longestMs: number
}

/** What a stretch of the taker may last. */
const MAX_STEP_MS = 25
const TRIES = 5
const MAX_FAILURES = 10
const PROGRESS_EVERY = 1_000
/** What zlib held is given back between two turns of the event loop. */
const PAUSE_EVERY = 100

/** Reads mutated records in every way there is. The same seed makes the same records, each by its number. */
export async function runFuzz(options: FuzzOptions): Promise<FuzzResult> {
  const { from, records, seed, logLines, progress } = options
  const lines = [...LOG_LINES, ...logLines]
  const result: FuzzResult = { failures: [], records: 0, bytes: 0, longestMs: 0 }
  for (let record = from; record < from + records; record++) {
    const random = splitMix32(
      Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(record, 0xc2b2ae35),
    )
    const made = makeRecord(random, lines)
    const problem = problemOf(made, options, result)
    result.records++
    result.bytes += made.data.length
    if (problem !== undefined) {
      const base64 = Buffer.from(made.data).toString('base64')
      result.failures.push({ record, problem, base64 })
      if (result.failures.length === MAX_FAILURES) break
    }
    if (result.records % PAUSE_EVERY === 0) await setImmediate()
    if (result.records % PROGRESS_EVERY === 0) progress?.(result.records)
  }
  return result
}

interface MadeRecord {
  kind: 'text' | 'container'
  data: Uint8Array
  isPadded: boolean
}

const MUTATED = 0.85
const LARGE = 1 / 5_000
const LARGE_BYTES = 600_000
const PADDED = 1 / 40

function makeRecord(random: Random, lines: readonly string[]): MadeRecord {
  const text = Buffer.from(makeText(random, lines))
  const other = Buffer.from(makeText(random, lines))
  const data = chance(random, MUTATED) ? mutate(random, text, other) : text
  const isPadded = chance(random, PADDED)
  if (chance(random, LARGE)) return { kind: 'text', data: repeated(random, data), isPadded }
  if (chance(random, 0.7)) return { kind: 'text', data, isPadded }
  const wrapped = wrap(random, data)
  const container = chance(random, 0.5)
    ? mutate(random, wrapped, pick(random, [other, wrapped]))
    : wrapped
  return { kind: 'container', data: container, isPadded }
}

/** More than is read at a stretch. */
function repeated(random: Random, data: Uint8Array): Uint8Array {
  const times = Math.ceil((random() * LARGE_BYTES) / Math.max(1, data.length))
  return Buffer.concat(Array.from({ length: times }, () => data))
}

/** Other work on the machine, or the collector, may fall into a step: what is too long is tried again. */
function problemOf(
  made: MadeRecord,
  { nowMs }: FuzzOptions,
  result: FuzzResult,
): string | undefined {
  let shortestMs = Number.POSITIVE_INFINITY
  for (let left = TRIES; left > 0 && shortestMs > MAX_STEP_MS; left--) {
    const clock: StepClock = { nowMs, longestMs: 0 }
    const problem = checked(made, clock)
    if (problem !== undefined) return problem
    shortestMs = Math.min(shortestMs, clock.longestMs)
  }
  result.longestMs = Math.max(result.longestMs, shortestMs)
  return shortestMs > MAX_STEP_MS ? `a step took ${shortestMs.toFixed(1)} ms` : undefined
}

function checked({ kind, data, isPadded }: MadeRecord, clock: StepClock): string | undefined {
  try {
    return kind === 'text' ? checkText(data, clock, { isPadded }) : checkContainer(data, clock)
  } catch (error) {
    return `threw ${error instanceof Error ? error.stack : String(error)}`
  }
}
