import type { AppliedEvent } from '../../stream/stream-app.ts'

const MAX_RECENT = 1_024

/** The newest events as they came in, numbered from 1. */
export interface RecentEvents {
  add(events: readonly AppliedEvent[]): void
  /** The number of the newest; 0: none yet. */
  newest(): number
  /** undefined: no longer remembered, or not there yet. */
  at(number: number): AppliedEvent | undefined
}

export function createRecentEvents(): RecentEvents {
  const ring: AppliedEvent[] = []
  let newest = 0
  return {
    add(events) {
      newest += Math.max(0, events.length - MAX_RECENT)
      for (let at = Math.max(0, events.length - MAX_RECENT); at < events.length; at++) {
        newest++
        ring[newest % MAX_RECENT] = slim(events[at] as AppliedEvent)
      }
    },
    newest: () => newest,
    at: (number) =>
      number > newest || number <= newest - MAX_RECENT ? undefined : ring[number % MAX_RECENT],
  }
}

/** The feed shows nothing of `props`, and they may be a megabyte. */
function slim(applied: AppliedEvent): AppliedEvent {
  if (applied.event.props === undefined) return applied
  const { props: _, ...event } = applied.event
  return { ...applied, event }
}
