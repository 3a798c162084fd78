import type { Rejection } from '../../../lib/rejection.ts'

const SEGMENT_TYPES = new Set(['track', 'page', 'screen', 'identify', 'group', 'alias'])

/**
 * What other tools send is named and not translated. A message of Segment has a `type` of its own, so that it would
 * pass for an event that happened when it arrived, to nobody (its "Common fields").
 */
export function asSegment(input: Record<string, unknown>): Rejection | undefined {
  const { type, messageId, userId, anonymousId } = input
  if (typeof messageId !== 'string' || !SEGMENT_TYPES.has(type as string)) return undefined
  if (userId == null && anonymousId == null) return undefined
  const detail = `a Segment message (${type}) is not translated: put its event as type, messageId as id, timestamp as time, userId or anonymousId as visitor, and what counts of context and properties as page, referrer, revenue, cost`
  return { reason: 'segment', detail }
}

/** What its libraries post: many messages in one object, which has no `type`. */
export function asSegmentBatch({ batch }: Record<string, unknown>): Rejection | undefined {
  if (!Array.isArray(batch)) return undefined
  const [first] = batch as unknown[]
  if (typeof first !== 'object' || first === null || !('messageId' in first)) return undefined
  const detail =
    'a batch of Segment messages is not translated: put each by itself, with its event as type, messageId as id, timestamp as time, userId or anonymousId as visitor'
  return { reason: 'segment', detail }
}

/** A body of GA4's Measurement Protocol has no `type`. */
export function asGa4(input: Record<string, unknown>): Rejection | undefined {
  const { client_id: clientId, app_instance_id: appInstanceId, events } = input
  if ((clientId == null && appInstanceId == null) || !Array.isArray(events)) return undefined
  const detail =
    'a GA4 Measurement Protocol body is not translated: put each of its events by itself, with name as type, timestamp_micros as time, client_id as visitor, and what counts of params as page, referrer, revenue, currency'
  return { reason: 'ga4', detail }
}
