import { useRef, useState } from 'react'
import { exactMoney } from '../../lib/format-money.ts'
import { exactTime } from '../../lib/format-time.ts'
import type { FeedEvent } from '../../lib/frames.ts'
import { textInWords } from '../../lib/shown-text.ts'
import { useIncarnation } from '../frame/url-state.ts'
import { useCell, useServerNow } from '../live/store.ts'
import { Empty } from '../ui/empty.tsx'
import { EventText } from '../ui/event-text.tsx'
import { Panel } from '../ui/panel.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import styles from './event-feed.module.css'
import { feedTime } from './feed-time.ts'

/** More than this nobody can read: the server sends a sample. */
const READABLE_PER_SECOND = 4

/** The newest events, as they come. Under the pointer it stands still, and says what waits. */
export function EventFeed() {
  const feed = useCell('feed')
  const [held, setHeld] = useState(false)
  const shown = useHeld(feed, held)
  const waiting = held ? newSince(feed, shown) : 0
  const now = useServerNow(60_000)
  const [incarnation] = useIncarnation()
  const sampled = (useCell('status')?.eventsPerSecond ?? 0) > READABLE_PER_SECOND
  const note = waiting > 0 ? `held, ${waiting} new` : sampled ? 'a sample' : undefined
  return (
    <Panel title="Live events" {...(note !== undefined && { note })} flush>
      <div
        className={styles.feed}
        onPointerEnter={() => setHeld(true)}
        onPointerLeave={() => setHeld(false)}
      >
        {shown === undefined && <SkeletonRows count={9} rowHeight={32} />}
        {shown?.length === 0 && (
          <Empty {...(incarnation === undefined ? NONE_YET : NONE_OF_FORMER)} />
        )}
        {shown !== undefined && shown.length > 0 && (
          <ol className={styles.events}>
            {shown.map((event) => (
              <FeedRow key={event.id} event={event} now={now} />
            ))}
          </ol>
        )}
      </div>
    </Panel>
  )
}

const NONE_YET = { title: 'No event has come lately', reason: 'Each shows here as it is read.' }
const NONE_OF_FORMER = { title: 'No events come in', reason: 'The former stream was deleted.' }

/** `now`: what happened on another day is told with its day. */
function FeedRow({ event, now }: { event: FeedEvent; now: number }) {
  const { money, time } = event
  return (
    <li className={styles.event}>
      <time className={styles.time} dateTime={exactTime(time)} title={exactTime(time)}>
        {feedTime(time, now)}
      </time>
      <span className={styles.type} data-kind={kindOf(event.type)}>
        <EventText text={event.type.replaceAll('_', ' ')} />
      </span>
      <span className={styles.text} title={textInWords(event.text, { most: 400 })}>
        <EventText text={event.text} />
      </span>
      {event.beyond && (
        <span className={styles.late} title="Older than all that is kept: no window shows it">
          too old
        </span>
      )}
      {event.late && !event.beyond && (
        <span
          className={styles.late}
          title="Older than the newest event of its shard by over a minute"
        >
          late
        </span>
      )}
      <span className={styles.end} title={endTitle(event)}>
        {money !== undefined && exactMoney(money.amount, money.currency)}
        {money === undefined && event.country !== undefined && <EventText text={event.country} />}
      </span>
    </li>
  )
}

const endTitle = ({ country, device }: FeedEvent): string =>
  [country, device].flatMap((text) => (text ? [textInWords(text)] : [])).join(', ')

/** For the mark before the type: what people look at, what is advertised, what earns, what runs it. */
function kindOf(type: string): 'view' | 'ad' | 'sale' | 'request' | 'other' {
  if (type === 'page_view') return 'view'
  if (type.startsWith('ad_')) return 'ad'
  if (type === 'conversion' || type === 'purchase') return 'sale'
  return type === 'request' ? 'request' : 'other'
}

function useHeld<Value>(value: Value, held: boolean): Value {
  const last = useRef(value)
  if (!held) last.current = value
  return last.current
}

function newSince(feed: FeedEvent[] | undefined, shown: FeedEvent[] | undefined): number {
  const newest = shown?.[0]?.id
  const index = feed?.findIndex((event) => event.id === newest) ?? 0
  return index < 0 ? (feed?.length ?? 0) : index
}
