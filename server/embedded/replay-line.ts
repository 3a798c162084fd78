import type { EventInput } from '../../lib/event.ts'

/** What became of one line of a log file. */
export type ParsedLine =
  | {
      kind: 'events'
      events: ReplayEvent[]
      partitionKey: string | undefined
      /** The line is a record as it stands. */
      verbatim?: boolean
      /** It has fields that were passed over. */
      partlyRead?: boolean
    }
  | { kind: 'blank' }
  | { kind: 'skipped'; reason: string }

/** An event of the log with its own time in epoch ms; undefined: the line gave none. */
export interface ReplayEvent {
  event: EventInput
  at: number | undefined
}

/** Reads one line, without its end; `number` counts from 1. Pure: the same line gives the same events. */
export type LineParser = (line: string, number: number) => ParsedLine

export const skipped = (reason: string): ParsedLine => ({ kind: 'skipped', reason })

/** The record's data: one event as it is, several as an array. */
export const recordJson = (events: readonly EventInput[]): string =>
  JSON.stringify(events.length === 1 ? events[0] : events)
