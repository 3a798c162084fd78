import type { StreamEvent } from '../../../lib/event.ts'
import type { FeedEvent } from '../../../lib/frames.ts'
import { micros, moneyText } from '../../../lib/money.ts'
import { type Filters, filterList } from '../../../lib/view.ts'
import type { AppliedEvent } from '../../stream/stream-app.ts'
import { dimensionKey, eventKey } from '../../window/keys.ts'
import type { RecentEvents } from './recent-events.ts'

export interface Feed {
  /** Newest first. */
  events(now: number): FeedEvent[]
}

const SHOWN = 14
/** A pace that can be read: of more, a sample is shown. */
const MS_PER_EVENT = 250
const MAX_NEW = 4

/** A sample of the newest events, of the filter where there is one. */
export function createFeed(recent: RecentEvents, filter?: Filters): Feed {
  let shown: FeedEvent[] = []
  let seen = 0
  let lastAt = Number.NEGATIVE_INFINITY

  function fresh(limit: number): AppliedEvent[] {
    const found: AppliedEvent[] = []
    for (let number = recent.newest(); number > seen && found.length < limit; number--) {
      const applied = recent.at(number)
      if (applied === undefined) break
      if (matches(applied.event, filter)) found.push(applied)
    }
    seen = recent.newest()
    return found
  }

  return {
    events(now) {
      const first = shown.length === 0
      const limit = first ? SHOWN : Math.min(MAX_NEW, Math.floor((now - lastAt) / MS_PER_EVENT))
      if (limit < 1) return shown
      const found = fresh(limit)
      if (found.length > 0) {
        lastAt = now
        shown = [...found.map(feedEvent), ...shown].slice(0, SHOWN)
      }
      return shown
    },
  }
}

const matches = (event: StreamEvent, filters: Filters | undefined): boolean =>
  filterList(filters).every(
    ({ dimension, key }) => eventKey(event, dimension) === dimensionKey(key),
  )

function feedEvent({ event, late, beyond }: AppliedEvent): FeedEvent {
  const money = moneyOf(event)
  return {
    id: event.id,
    type: event.type,
    time: event.time,
    text: textOf(event),
    ...(money !== undefined && { money }),
    ...(event.country !== undefined && { country: event.country }),
    ...(event.device !== undefined && { device: event.device }),
    late,
    beyond,
  }
}

const MAX_TEXT = 160

function textOf(event: StreamEvent): string {
  const words = [
    event.page ?? event.title,
    event.campaign,
    event.placement ?? event.ad,
    event.status,
    event.durationMs === undefined ? undefined : `${Math.round(event.durationMs)} ms`,
  ].filter((word) => word !== undefined && word !== '')
  if (words.length === 0) words.push(event.account ?? event.visitor)
  const text = words.filter((word) => word !== undefined).join(' · ')
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 1)}…` : text
}

function moneyOf(event: StreamEvent): FeedEvent['money'] {
  const kind = event.costMicros !== undefined ? 'cost' : 'revenue'
  const amount = event.costMicros ?? event.revenueMicros
  if (amount === undefined) return undefined
  return { kind, amount: moneyText(micros(BigInt(amount))), currency: event.currency }
}
