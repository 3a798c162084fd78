import { type Caller, headersOf, writeTo } from './answer-call.ts'
import type { Request, Response } from './door.ts'
import { eventFrame } from './event-frames.ts'
import type { Fields } from './fields.ts'
import type { EventSink } from './run-subscription.ts'
import { CONTENT_TYPE, type Encoding, encodeFields } from './wire.ts'

/** Answers with an event stream: `initial-response` first, as Kinesis does. */
export function eventStreamSink(
  caller: Caller,
  encoding: Encoding,
  request: Request,
  response: Response,
): EventSink {
  const contentType = CONTENT_TYPE[encoding]
  const write = (headers: Record<string, string>, fields: Fields, how?: 'truncated'): boolean => {
    if (response.destroyed || response.writableEnded) return true
    const whole = encodeFields(fields, encoding)
    const payload = how === undefined ? whole : whole.subarray(0, Math.floor(whole.length / 2))
    const frame = eventFrame({ ...headers, ':content-type': contentType }, payload)
    return writeTo(response, frame, () => {})
  }
  const event = (type: string, fields: Fields, how?: 'truncated') =>
    write({ ':event-type': type, ':message-type': 'event' }, fields, how)

  response.writeHead(200, {
    ...headersOf(caller, encoding),
    'content-type': 'application/vnd.amazon.eventstream',
  })
  event('initial-response', {})
  return {
    event: (fields, how) => event('SubscribeToShardEvent', fields, how),
    exception: (type, message) =>
      void write({ ':exception-type': type, ':message-type': 'exception' }, { message }),
    end: () => void response.end(),
    cut: () => caller.reset(request),
    onDrained: (drained) => void response.once('drain', drained),
    onGone: (gone) => void response.once('close', gone),
  }
}
