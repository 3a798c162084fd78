import {
  currencyOf,
  DEFAULT_CURRENCY,
  MAX_ID_LENGTH,
  MAX_TEXT_LENGTH,
  MAX_TYPE_LENGTH,
  type StreamEvent,
  TEXT_FIELDS,
} from '../../../lib/event.ts'
import { parseMoney } from '../../../lib/money.ts'
import type { Rejection } from '../../../lib/rejection.ts'
import { epochMs, parseTime, SECOND_MS, timeProblem } from '../../../lib/time.ts'
import { asBase64 } from './base64.ts'
import { asGa4, asSegment, asSegmentBatch } from './foreign-event.ts'
import type { IdHash } from './id-hash.ts'
import { jsonText } from './json-text.ts'

/** A clock may be this far ahead of the stream's before an event counts as from the future. */
export const FUTURE_SKEW_MS = 5 * SECOND_MS

/** The id of an event that brought none: reading each record exactly once makes it unique. */
export const fallbackId = (shardId: string, sequenceNumber: string, index: number): string =>
  `${shardId}:${sequenceNumber}:${index}`

export interface AcceptedEvent {
  ok: true
  event: StreamEvent
  /** It brought its own id, by which it is de-duplicated. */
  named: boolean
  /** Of its own id, where that was hashed as it was read. */
  idHash: IdHash | undefined
  /** Its time lay in the future. */
  clamped: boolean
}

export type ParsedEvent = AcceptedEvent | { ok: false; rejection: Rejection }

/**
 * Checks one decoded JSON value against the event contract (`eventSchema` in lib/event.ts says the same
 * in zod; this one is on the hot path). null counts as absent. `fallbackId`: shard, sequence number and
 * index. An event from the future beyond the skew is moved to its arrival time.
 */
export function parseEvent(
  value: unknown,
  record: {
    arrivedAt: number
    fallbackId: () => string
    /** false: its JSON held no \u escape, so no text in it has to be looked at. */
    escapes?: boolean
  },
): ParsedEvent {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const encoded = typeof value === 'string' ? asBase64(value) : undefined
    if (encoded !== undefined) return { ok: false, rejection: encoded }
    const twice = typeof value === 'string' && /^\s*[{[]/.test(value)
    const remedy = twice ? ' that holds JSON: encode it once' : ''
    return rejected('not_an_event', `an event is a JSON object, this is ${kindOf(value)}${remedy}`)
  }
  const input = value as Record<string, unknown>
  const { id, type, time, cost, revenue, currency, status, duration_ms: durationMs, props } = input
  if (typeof type !== 'string' || type === '' || type.length > MAX_TYPE_LENGTH) {
    const foreign = asGa4(input) ?? asSegmentBatch(input)
    if (foreign !== undefined) return { ok: false, rejection: foreign }
    return badField('type', type, `must be a word of at most ${MAX_TYPE_LENGTH} characters`)
  }
  if (id != null && (typeof id !== 'string' || id === '' || id.length > MAX_ID_LENGTH)) {
    return badField('id', id, `must be a string of 1 to ${MAX_ID_LENGTH} characters`)
  }
  if (input.messageId != null) {
    const segment = asSegment(input)
    if (segment !== undefined) return { ok: false, rejection: segment }
  }
  const at = time == null ? epochMs(record.arrivedAt) : timeOf(time)
  if (at === undefined) {
    return badField('time', time, timeProblem(time))
  }
  const escapes = record.escapes ?? true
  const clamped = at > record.arrivedAt + FUTURE_SKEW_MS
  const event: EveryField = {
    id: id == null ? record.fallbackId() : id,
    type: escapes ? storable(type) : type,
    time: clamped ? epochMs(record.arrivedAt) : at,
    currency: DEFAULT_CURRENCY,
    visitor: textOf(input.visitor, escapes),
    session: textOf(input.session, escapes),
    page: textOf(input.page, escapes),
    title: textOf(input.title, escapes),
    referrer: textOf(input.referrer, escapes),
    account: textOf(input.account, escapes),
    campaign: textOf(input.campaign, escapes),
    ad: textOf(input.ad, escapes),
    placement: textOf(input.placement, escapes),
    country: textOf(input.country, escapes),
    device: textOf(input.device, escapes),
    costMicros: undefined,
    revenueMicros: undefined,
    status: undefined,
    durationMs: undefined,
    props: undefined,
  }
  if (hasBadText(event)) return badText(input)
  if (currency != null) {
    const name = typeof currency === 'string' ? currencyOf(currency) : undefined
    if (name === undefined) {
      return badField('currency', currency, 'must be three letters (ISO 4217), such as USD')
    }
    event.currency = name
  }
  if (cost != null) {
    const parsed = amountOf(cost)
    if (typeof parsed === 'string') return badField('cost', cost, parsed)
    event.costMicros = parsed
  }
  if (revenue != null) {
    const parsed = amountOf(revenue)
    if (typeof parsed === 'string') return badField('revenue', revenue, parsed)
    event.revenueMicros = parsed
  }
  if (status != null) {
    if (!isFiniteNumber(status)) return badField('status', status, 'must be a number')
    event.status = status
  }
  if (durationMs != null) {
    if (!isFiniteNumber(durationMs) || durationMs < 0) {
      return badField('duration_ms', durationMs, 'must be a number of milliseconds, 0 or more')
    }
    event.durationMs = durationMs
  }
  if (props != null) {
    if (typeof props !== 'object' || Array.isArray(props)) {
      return badField('props', props, 'must be an object')
    }
    event.props = props as Record<string, unknown>
  }
  return { ok: true, event: event as StreamEvent, named: id != null, idHash: undefined, clamped }
}

type TextField = (typeof TEXT_FIELDS)[number]

/**
 * An event with all of its fields, those it lacks undefined: where every event has one shape, and none is
 * read or written by a computed name, making one takes a tenth of the time.
 */
type EveryField = {
  [field in Exclude<keyof StreamEvent, TextField>]: StreamEvent[field] | undefined
} & {
  [field in TextField]: string | undefined | typeof BAD_TEXT
}

const BAD_TEXT = null

function textOf(text: unknown, escapes: boolean): string | undefined | typeof BAD_TEXT {
  if (text == null || text === '') return undefined
  if (typeof text !== 'string' || text.length > MAX_TEXT_LENGTH) return BAD_TEXT
  return escapes ? storable(text) : text
}

const hasBadText = (event: EveryField): boolean =>
  event.visitor === BAD_TEXT ||
  event.session === BAD_TEXT ||
  event.page === BAD_TEXT ||
  event.title === BAD_TEXT ||
  event.referrer === BAD_TEXT ||
  event.account === BAD_TEXT ||
  event.campaign === BAD_TEXT ||
  event.ad === BAD_TEXT ||
  event.placement === BAD_TEXT ||
  event.country === BAD_TEXT ||
  event.device === BAD_TEXT

function badText(input: Record<string, unknown>): ParsedEvent {
  const field =
    TEXT_FIELDS.find((name) => textOf(input[name], false) === BAD_TEXT) ?? TEXT_FIELDS[0]
  const remedy =
    typeof input[field] === 'string'
      ? `must be at most ${MAX_TEXT_LENGTH} characters long`
      : 'must be a string'
  return badField(field, input[field], remedy)
}

/** SQLite cuts a text at NUL and changes half a surrogate pair: two names would become one. */
const storable = (text: string): string =>
  text.includes('\0') || SURROGATE.test(text)
    ? text.replaceAll('\0', '\ufffd').replace(HALF_PAIR, '\ufffd')
    : text

const SURROGATE = /[\ud800-\udfff]/
const HALF_PAIR = /\p{Surrogate}/gu

/** JSON's 1e999 is read as Infinity. */
const isFiniteNumber = (value: unknown): value is number => Number.isFinite(value)

const timeOf = (time: unknown) =>
  typeof time === 'string' || typeof time === 'number' ? parseTime(time) : undefined

/** Micro-units, which a number holds exactly, or the problem. */
function amountOf(value: unknown): number | string {
  if (typeof value !== 'string' && typeof value !== 'number') {
    return 'must be a decimal string such as "12.34", or a number'
  }
  const parsed = parseMoney(value)
  return parsed.ok ? Number(parsed.micros) : parsed.problem
}

function badField(field: string, value: unknown, remedy: string): ParsedEvent {
  const shown = value === undefined ? 'missing' : `${excerpt(value)}`
  return rejected('bad_field', `${field} ${remedy}; it is ${shown}`)
}

const rejected = (reason: Rejection['reason'], detail: string): ParsedEvent => ({
  ok: false,
  rejection: { reason, detail },
})

const MAX_EXCERPT = 60

function excerpt(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (jsonText(value) ?? kindOf(value))
  return text.length <= MAX_EXCERPT ? text : `${text.slice(0, MAX_EXCERPT)}…`
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object') return 'an object'
  return `a ${typeof value}`
}
