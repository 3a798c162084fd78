import {
  currencyOf,
  MAX_ID_LENGTH,
  MAX_TEXT_LENGTH,
  MAX_TYPE_LENGTH,
} from '../../../../lib/event.ts'
import {
  type LateText,
  lengthOf,
  type PooledText,
  type ScannedEvent,
} from '../../../../lib/scanned-event.ts'
import type { EpochMs } from '../../../../lib/time.ts'

/** Takes over a field's value, which is not null; false: it is none that the contract allows, or not plain. */
type Reader = (event: ScannedEvent) => boolean

/** A text that a field may hold. One that has a number or a place is never too long. */
const isField = (text: string | number | undefined): text is string | number =>
  typeof text === 'number' || (text !== undefined && text.length <= MAX_TEXT_LENGTH)

/** '' counts as absent. */
const orAbsent = (text: string | number): string | number | undefined =>
  text === '' ? undefined : text

/** What reads a value; undefined and NaN: the scan gives up. */
interface FieldScans {
  id: () => LateText
  /** Texts that seldom come twice, and those that come again and again. */
  late: () => LateText
  pooled: () => PooledText
  number: () => number
  money: () => number
  time: () => EpochMs | undefined
  object: () => Record<string, unknown> | undefined
}

/** By the names that producers write. */
export const fieldReaders = ({
  id,
  late,
  pooled,
  number,
  money,
  time,
  object,
}: FieldScans): Record<string, Reader> => ({
  id(event) {
    const text = id()
    event.lateId = text
    if (typeof text === 'number') return lengthOf(text) <= MAX_ID_LENGTH
    return text !== undefined && text !== '' && text.length <= MAX_ID_LENGTH
  },
  type(event) {
    const type = pooled()
    event.pooledType = type
    if (typeof type === 'number') return true
    return type !== undefined && type !== '' && type.length <= MAX_TYPE_LENGTH
  },
  time(event) {
    event.time = time()
    return event.time !== undefined
  },
  cost(event) {
    const cost = money()
    event.costMicros = cost
    return !Number.isNaN(cost)
  },
  revenue(event) {
    const revenue = money()
    event.revenueMicros = revenue
    return !Number.isNaN(revenue)
  },
  currency(event) {
    const text = pooled()
    const word = typeof text === 'number' ? event.texts[text] : text
    const currency = word === undefined ? undefined : currencyOf(word)
    if (currency === undefined) return false
    event.currency = currency
    return true
  },
  status(event) {
    const status = number()
    event.status = status
    return !Number.isNaN(status)
  },
  duration_ms(event) {
    const durationMs = number()
    event.durationMs = durationMs
    return durationMs >= 0
  },
  props(event) {
    event.props = object()
    return event.props !== undefined
  },
  visitor(event) {
    const text = late()
    if (!isField(text)) return false
    event.lateVisitor = orAbsent(text)
    return true
  },
  session(event) {
    const text = late()
    if (!isField(text)) return false
    event.lateSession = orAbsent(text)
    return true
  },
  page(event) {
    const text = pooled()
    if (!isField(text)) return false
    event.pooledPage = orAbsent(text)
    return true
  },
  title(event) {
    const text = pooled()
    if (!isField(text)) return false
    event.pooledTitle = orAbsent(text)
    return true
  },
  referrer(event) {
    const text = pooled()
    if (!isField(text)) return false
    event.pooledReferrer = orAbsent(text)
    return true
  },
  account(event) {
    const text = pooled()
    if (!isField(text)) return false
    event.pooledAccount = orAbsent(text)
    return true
  },
  campaign(event) {
    const text = pooled()
    if (!isField(text)) return false
    event.pooledCampaign = orAbsent(text)
    return true
  },
  ad(event) {
    const text = pooled()
    if (!isField(text)) return false
    event.pooledAd = orAbsent(text)
    return true
  },
  placement(event) {
    const text = pooled()
    if (!isField(text)) return false
    event.pooledPlacement = orAbsent(text)
    return true
  },
  country(event) {
    const text = pooled()
    if (!isField(text)) return false
    event.pooledCountry = orAbsent(text)
    return true
  },
  device(event) {
    const text = pooled()
    if (!isField(text)) return false
    event.pooledDevice = orAbsent(text)
    return true
  },
  // Segment's, perhaps.
  messageId: () => false,
})
