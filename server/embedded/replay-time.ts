import { createHash } from 'node:crypto'
import { type EventInput, MAX_ID_LENGTH } from '../../lib/event.ts'
import type { ReplayEvent } from './replay-line.ts'

/** How many times faster than the log was written; `max`: as fast as the stream takes it. */
export type Speed = number | 'max'

/** Which times events carry: the log's own, or as if the log began now. */
export type At = 'original' | 'now'

export interface Timeline {
  /** When a line's events are due, in ms after the start. */
  due(events: readonly ReplayEvent[]): number
  /** The events as they are put `now`. */
  timed(events: readonly ReplayEvent[], now: number): EventInput[]
}

/**
 * Keeps the log's spacing, divided by the speed, from its first line on. Logs step back in time: such a
 * line is due at once, and keeps its distance to the first line where times are shifted. At `max` there is
 * no spacing, so that shifted events carry the moment they are put.
 * Shifted events are new events: their ids get `run` added, so that a second run counts again, while an
 * id that comes twice in the log still comes twice.
 */
export function createTimeline(options: {
  speed: Speed
  at: At
  /** Wall time of the start, epoch ms. */
  startedAt: number
}): Timeline {
  const { speed, at, startedAt } = options
  const run = startedAt.toString(36)
  let first: number | undefined
  let latest = 0

  function place(own: number | undefined): number {
    if (own === undefined) return latest
    first ??= own
    return speed === 'max' ? 0 : (own - first) / speed
  }

  return {
    due(events) {
      for (const event of events) latest = Math.max(latest, place(event.at))
      return latest
    },
    timed(events, now) {
      if (at === 'original') return events.map(({ event }) => event)
      return events.map(({ event, at: own }) => {
        const time = speed === 'max' ? now : Math.floor(startedAt + place(own))
        return { ...event, ...(event.id != null && { id: idOfRun(event.id, run) }), time }
      })
    },
  }
}

function idOfRun(id: string, run: string): string {
  const long = `${id}@${run}`
  if (long.length <= MAX_ID_LENGTH) return long
  return createHash('sha256').update(long).digest('hex')
}
