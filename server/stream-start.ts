import type { Kysely } from 'kysely'
import { type StartAt, startAtText } from '../lib/start-at.ts'
import type { StreamBegin } from '../lib/stream-begin.ts'
import { SECOND_MS } from '../lib/time.ts'
import type { Clock } from './platform/clock.ts'
import { type FirstStart, noteFirstStart, noteWaited } from './store/first-start.ts'
import type { Schema } from './store/schema.ts'
import { findStream, type StreamPlace, type StreamRow } from './store/stream-row.ts'

const NOTE_WAITED_EVERY_MS = 10 * SECOND_MS

/** The first start for a stream, kept before the stream is reached: what is put from then on counts. */
export interface StreamStart {
  /** Keeps it, and from time to time how long it is ago; does nothing for a stream that was reached before. */
  note(): Promise<void>
  /** The stream as it was reached last; undefined: it was not. */
  known(): StreamRow | undefined
  /** As of now; this start where no earlier one is known. */
  firstStart(): FirstStart
  /** Where reading begins as far as is known before the stream is reached; null: the store was not asked yet. */
  begin(): StreamBegin | null
}

export function createStreamStart(
  place: StreamPlace,
  ports: {
    db: Kysely<Schema>
    startAt: StartAt
    /** When this process was started. */
    startedAt: number
    clock: Clock
  },
): StreamStart {
  const { db, startAt, startedAt, clock } = ports
  const sinceMs = clock.monotonicMs()
  let first: FirstStart = { atMs: startedAt, waitedMs: 0 }
  let known: StreamRow | undefined
  let notedAtMs: number | undefined

  /** A clock that was set back counts too little, and a machine that slept does not count at all by the other. */
  function waitedMs(): number {
    const byClock = clock.now() - first.atMs
    return Math.max(0, byClock, first.waitedMs + clock.monotonicMs() - sinceMs)
  }

  async function note(): Promise<void> {
    if (known !== undefined) return
    const nowMs = clock.monotonicMs()
    if (notedAtMs === undefined) {
      known = await findStream(db, place)
      if (known === undefined) first = await noteFirstStart(db, place, startedAt)
    } else {
      if (nowMs - notedAtMs < NOTE_WAITED_EVERY_MS) return
      await noteWaited(db, place, first.waitedMs + nowMs - sinceMs)
    }
    notedAtMs = nowMs
  }

  return {
    note,
    known: () => known,
    firstStart: () => ({ atMs: first.atMs, waitedMs: waitedMs() }),
    begin() {
      if (notedAtMs === undefined) return null
      if (known !== undefined) return beginOf(known)
      return {
        asked: startAtText(startAt),
        from: startAt.kind === 'latest' ? first.atMs : timeOf(startAt),
        firstStartAt: first.atMs,
        settled: false,
      }
    },
  }
}

/** Of a stream that was reached. */
export const beginOf = ({ startAt, asked, firstStartMs }: StreamRow): StreamBegin => ({
  asked: startAtText(asked ?? startAt),
  from: timeOf(startAt),
  firstStartAt: firstStartMs,
  settled: true,
})

const timeOf = (startAt: StartAt): number | null => (startAt.kind === 'time' ? startAt.at : null)
