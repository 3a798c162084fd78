import type { AppliedEvent } from '../../stream/stream-app.ts'

const MAX_RECENT = 1_024
/** A few more, so that they are not copied each time. */
const MAX_STAGED = 1.5 * MAX_RECENT

/** The newest events as they came in, numbered from 1. What is staged counts once it is sealed. */
export interface RecentEvents {
  stage(events: readonly AppliedEvent[]): void
  seal(): void
  discard(): void
  /** The number of the newest; 0: none yet. */
  newest(): number
  /** undefined: no longer remembered, or not there yet. */
  at(number: number): AppliedEvent | undefined
}

export function createRecentEvents(): RecentEvents {
  const ring: AppliedEvent[] = []
  let newest = 0
  /** The last of what was folded, and how many there were in all. */
  let staged: AppliedEvent[] = []
  let count = 0

  const discard = () => {
    staged = []
    count = 0
  }

  return {
    stage(events) {
      count += events.length
      for (const applied of events.slice(-MAX_RECENT)) staged.push(applied)
      if (staged.length > MAX_STAGED) staged = staged.slice(-MAX_RECENT)
    },
    seal() {
      const kept = staged.slice(-MAX_RECENT)
      newest += count - kept.length
      for (const applied of kept) {
        newest++
        ring[newest % MAX_RECENT] = slim(applied)
      }
      discard()
    },
    discard,
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
