import { plainEvent } from '../../../lib/scanned-event.ts'
import type { AppliedEvent } from '../../stream/stream-app.ts'

const MAX_RECENT = 1_024
/** A few more, so that they are not copied each time. */
const MAX_STAGED = 1.5 * MAX_RECENT

/** Takes in every event, as apps do: what was staged counts once it is sealed. */
export interface Follower {
  stage(events: readonly AppliedEvent[]): void
  seal(): void
  discard(): void
}

/** The newest events as they came in, numbered from 1. What is staged counts once it is sealed. */
export interface RecentEvents extends Follower {
  /** The number of the newest; 0: none yet. */
  newest(): number
  /** undefined: no longer remembered, or not there yet. */
  at(number: number): AppliedEvent | undefined
  /** From the next event on; of those staged now it is given what is remembered. Returns how to end it. */
  follow(follower: Follower): () => void
}

export function createRecentEvents(): RecentEvents {
  const ring: AppliedEvent[] = []
  const followers = new Set<Follower>()
  let newest = 0
  /** The last of what was folded, and how many there were in all. */
  let staged: AppliedEvent[] = []
  let count = 0

  const forget = () => {
    staged = []
    count = 0
  }

  return {
    stage(events) {
      count += events.length
      for (const applied of events.slice(-MAX_RECENT)) staged.push(applied)
      if (staged.length > MAX_STAGED) staged = staged.slice(-MAX_RECENT)
      for (const follower of followers) follower.stage(events)
    },
    seal() {
      const kept = staged.slice(-MAX_RECENT)
      newest += count - kept.length
      for (const applied of kept) {
        newest++
        ring[newest % MAX_RECENT] = slim(applied)
      }
      forget()
      for (const follower of followers) follower.seal()
    },
    discard() {
      forget()
      for (const follower of followers) follower.discard()
    },
    newest: () => newest,
    at: (number) =>
      number > newest || number <= newest - MAX_RECENT ? undefined : ring[number % MAX_RECENT],
    follow(follower) {
      follower.stage(staged)
      followers.add(follower)
      return () => void followers.delete(follower)
    },
  }
}

const MAX_PROPS = 32
const MAX_PROP_LENGTH = 256

/** What can be kept: it holds on to no record, and of `props`, which may be a megabyte, has what a condition can be about. */
function slim(applied: AppliedEvent): AppliedEvent {
  const event = plainEvent(applied.event)
  const { props } = event
  if (props === undefined) return { ...applied, event }
  const kept: Record<string, unknown> = {}
  let left = MAX_PROPS
  for (const name in props) {
    if (left === 0) break
    const value = props[name]
    const isShort = typeof value === 'string' && value.length <= MAX_PROP_LENGTH
    if (!isShort && typeof value !== 'number' && typeof value !== 'boolean') continue
    if (name.length > MAX_PROP_LENGTH || name === '__proto__') continue
    kept[name] = value
    left--
  }
  return { ...applied, event: { ...event, props: kept } }
}
