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

/** A text; or its number among the texts of the pool that the event was read with, below `MAX_POOLED_TEXTS`. */
export type PooledText = string | number | undefined

export const MAX_POOLED_TEXTS = 8_192

/**
 * An event that is read from a record's bytes. Of texts that seldom come twice only the places are kept: their strings
 * are made when they are asked for, and mostly nobody asks. Of texts that come again and again it has numbers, so that
 * whoever knows something of a text finds it by its number. So it holds on to the record and the pool, and a spread or
 * JSON lacks the texts: `plainEvent` makes what can be kept.
 */
export class ScannedEvent implements EveryField {
  lateId: LateText
  pooledType: PooledText
  time: StreamEvent['time'] | undefined
  currency: string | undefined
  lateVisitor: LateText
  lateSession: LateText
  pooledPage: PooledText
  pooledTitle: PooledText
  pooledReferrer: PooledText
  pooledAccount: PooledText
  pooledCampaign: PooledText
  pooledAd: PooledText
  pooledPlacement: PooledText
  pooledCountry: PooledText
  pooledDevice: PooledText
  costMicros: number | undefined
  revenueMicros: number | undefined
  status: number | undefined
  durationMs: number | undefined
  props: Record<string, unknown> | undefined
  readonly bytes: Uint8Array
  /** By number. While two events have the same array, a number means the same in both. */
  readonly texts: readonly string[]

  constructor(bytes: Uint8Array, texts: readonly string[]) {
    this.lateId = undefined
    this.pooledType = undefined
    this.time = undefined
    this.currency = DEFAULT_CURRENCY
    this.lateVisitor = undefined
    this.lateSession = undefined
    this.pooledPage = undefined
    this.pooledTitle = undefined
    this.pooledReferrer = undefined
    this.pooledAccount = undefined
    this.pooledCampaign = undefined
    this.pooledAd = undefined
    this.pooledPlacement = undefined
    this.pooledCountry = undefined
    this.pooledDevice = undefined
    this.costMicros = undefined
    this.revenueMicros = undefined
    this.status = undefined
    this.durationMs = undefined
    this.props = undefined
    this.bytes = bytes
    this.texts = texts
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
  get type(): string | undefined {
    return pooledOf(this.texts, this.pooledType)
  }
  get page(): string | undefined {
    return pooledOf(this.texts, this.pooledPage)
  }
  get title(): string | undefined {
    return pooledOf(this.texts, this.pooledTitle)
  }
  get referrer(): string | undefined {
    return pooledOf(this.texts, this.pooledReferrer)
  }
  get account(): string | undefined {
    return pooledOf(this.texts, this.pooledAccount)
  }
  get campaign(): string | undefined {
    return pooledOf(this.texts, this.pooledCampaign)
  }
  get ad(): string | undefined {
    return pooledOf(this.texts, this.pooledAd)
  }
  get placement(): string | undefined {
    return pooledOf(this.texts, this.pooledPlacement)
  }
  get country(): string | undefined {
    return pooledOf(this.texts, this.pooledCountry)
  }
  get device(): string | undefined {
    return pooledOf(this.texts, this.pooledDevice)
  }
}

const pooledOf = (texts: readonly string[], text: PooledText): string | undefined =>
  typeof text === 'number' ? texts[text] : text

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
