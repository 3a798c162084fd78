import {
  DEFAULT_CURRENCY,
  MAX_ID_LENGTH,
  MAX_TEXT_LENGTH,
  MAX_TYPE_LENGTH,
  type StreamEvent,
  TEXT_FIELDS,
} from '../../lib/event.ts'
import { parseMoney } from '../../lib/money.ts'
import type { Rejection } from '../../lib/rejection.ts'
import { epochMs, parseTime, SECOND_MS } from '../../lib/time.ts'
import { jsonText } from './json-text.ts'

/** A clock may be this far ahead of the stream's before an event counts as from the future. */
export const FUTURE_SKEW_MS = 5 * SECOND_MS

export type ParsedEvent =
  /** `named`: the event brought its own id, by which it is de-duplicated. */
  | { ok: true; event: StreamEvent; named: boolean; clamped: boolean }
  | { ok: false; rejection: Rejection }

/**
 * Checks one decoded JSON value against the event contract (`eventSchema` in lib/event.ts says the same
 * in zod; this one is on the hot path). null counts as absent. `fallbackId`: shard, sequence number and
 * index. An event from the future beyond the skew is moved to its arrival time.
 */
export function parseEvent(
  value: unknown,
  record: { arrivedAt: number; fallbackId: () => string },
): ParsedEvent {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return rejected('not_an_event', `an event is a JSON object, this is ${kindOf(value)}`)
  }
  const input = value as Record<string, unknown>
  const { id, type, time, cost, revenue, currency, status, duration_ms: durationMs, props } = input
  if (typeof type !== 'string' || type === '' || type.length > MAX_TYPE_LENGTH) {
    return badField('type', type, `must be a word of at most ${MAX_TYPE_LENGTH} characters`)
  }
  if (id != null && (typeof id !== 'string' || id === '' || id.length > MAX_ID_LENGTH)) {
    return badField('id', id, `must be a string of 1 to ${MAX_ID_LENGTH} characters`)
  }
  const at = time == null ? epochMs(record.arrivedAt) : timeOf(time)
  if (at === undefined) {
    return badField('time', time, 'must be RFC 3339 with an offset, or epoch milliseconds')
  }
  const clamped = at > record.arrivedAt + FUTURE_SKEW_MS
  const event: StreamEvent = {
    id: id == null ? record.fallbackId() : id,
    type: storable(type),
    time: clamped ? epochMs(record.arrivedAt) : at,
    currency: DEFAULT_CURRENCY,
  }
  for (const field of TEXT_FIELDS) {
    const text = input[field]
    if (text == null || text === '') continue
    if (typeof text !== 'string') return badField(field, text, 'must be a string')
    if (text.length > MAX_TEXT_LENGTH) {
      return badField(field, text, `must be at most ${MAX_TEXT_LENGTH} characters long`)
    }
    event[field] = storable(text)
  }
  if (currency != null) {
    if (typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency)) {
      return badField('currency', currency, 'must be three capital letters (ISO 4217), such as USD')
    }
    event.currency = currency
  }
  if (cost != null) {
    const parsed = amountOf(cost)
    if (typeof parsed === 'string') return badField('cost', cost, parsed)
    if (parsed < 0) return badField('cost', cost, 'must not be negative')
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
  return { ok: true, event, named: id != null, clamped }
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

/** Micro-units, or the problem. One amount is at most 1e15 micro-units: a number holds it exactly. */
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
