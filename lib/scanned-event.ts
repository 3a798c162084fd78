import { DEFAULT_CURRENCY, type StreamEvent } from './event.ts'

/** The fields of an event, each of them there, perhaps as undefined. */
type EveryField = { [field in keyof StreamEvent]-?: StreamEvent[field] | undefined }

/** A text; or, of ASCII, its place in the record's bytes: see `placeOf`. */
export type LateText = string | number | undefined

const LENGTH_BITS = 11
const MAX_LENGTH = (1 << LENGTH_BITS) - 1

/** Where a text is that has at most 2,047 bytes, in the first MiB of a record; undefined: it is longer. */
export const placeOf = (from: number, length: number): number | undefined =>
  length > MAX_LENGTH ? undefined : (from << LENGTH_BITS) | length

export const fromOf = (place: number): number => place >>> LENGTH_BITS
export const lengthOf = (place: number): number => place & MAX_LENGTH

/**
 * An event that is read from a record's bytes. Of texts that seldom come twice only the places are kept: their strings
 * are made when they are asked for, and mostly nobody asks. So it holds on to the record, and a spread or JSON lacks
 * them: `plainEvent` makes what can be kept.
 */
export class ScannedEvent implements EveryField {
  lateId: LateText
  type: StreamEvent['type'] | undefined
  time: StreamEvent['time'] | undefined
  currency: string | undefined
  lateVisitor: LateText
  lateSession: LateText
  page: string | undefined
  title: string | undefined
  referrer: string | undefined
  account: string | undefined
  campaign: string | undefined
  ad: string | undefined
  placement: string | undefined
  country: string | undefined
  device: string | undefined
  costMicros: number | undefined
  revenueMicros: number | undefined
  status: number | undefined
  durationMs: number | undefined
  props: Record<string, unknown> | undefined
  readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.lateId = undefined
    this.type = undefined
    this.time = undefined
    this.currency = DEFAULT_CURRENCY
    this.lateVisitor = undefined
    this.lateSession = undefined
    this.page = undefined
    this.title = undefined
    this.referrer = undefined
    this.account = undefined
    this.campaign = undefined
    this.ad = undefined
    this.placement = undefined
    this.country = undefined
    this.device = undefined
    this.costMicros = undefined
    this.revenueMicros = undefined
    this.status = undefined
    this.durationMs = undefined
    this.props = undefined
    this.bytes = bytes
  }

  get id(): string | undefined {
    return textOf(this.bytes, this.lateId)
  }
  get visitor(): string | undefined {
    return textOf(this.bytes, this.lateVisitor)
  }
  get session(): string | undefined {
    return textOf(this.bytes, this.lateSession)
  }
}

const textOf = (bytes: Uint8Array, text: LateText): string | undefined =>
  typeof text === 'number'
    ? String.fromCharCode(...bytes.subarray(fromOf(text), fromOf(text) + lengthOf(text)))
    : text

/** A copy that can be kept, of the shape that `parseEvent` makes; the event itself if it is plain. */
export function plainEvent(event: StreamEvent): StreamEvent {
  if (!(event instanceof ScannedEvent)) return event
  const plain: EveryField = {
    id: event.id,
    type: event.type,
    time: event.time,
    currency: event.currency,
    visitor: event.visitor,
    session: event.session,
    page: event.page,
    title: event.title,
    referrer: event.referrer,
    account: event.account,
    campaign: event.campaign,
    ad: event.ad,
    placement: event.placement,
    country: event.country,
    device: event.device,
    costMicros: event.costMicros,
    revenueMicros: event.revenueMicros,
    status: event.status,
    durationMs: event.durationMs,
    props: event.props,
  }
  return plain as StreamEvent
}
