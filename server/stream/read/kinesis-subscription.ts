import { type ClientHttp2Stream, constants } from 'node:http2'
import type { Readable } from 'node:stream'
import { CborError } from './cbor-head.ts'
import { decodePage, decodeRefusal, isWholeCbor, type Page } from './get-records-cbor.ts'
import { notKinesis, toSourceError, unreadable } from './kinesis-errors.ts'
import { type EventFrame, eventFrames, FrameError } from './kinesis-event-frames.ts'
import { decodeJsonPage, decodeJsonRefusal } from './kinesis-json.ts'
import { type KinesisPlace, type KinesisPorts, whereOf } from './kinesis-place.ts'
import { millisBehind } from './kinesis-records.ts'
import type { WireChoice } from './kinesis-wire.ts'
import { type Batch, SourceError } from './stream-source.ts'

/** Kinesis sends an event every 5 s or so, whether there are records or not. */
const SILENT_MS = 35_000
/** Silence is looked for so many times while it lasts. */
const LOOKS = 7

interface Watched {
  place: KinesisPlace
  ports: KinesisPorts
  signal: AbortSignal
}

interface Subscribed extends Watched {
  wire: WireChoice
}

/** One batch an event. Ends with the subscription, and quietly when `signal` aborts. Throws `SourceError`. */
export async function* subscriptionBatches(
  stream: Readable,
  { place, ports, signal, wire }: Subscribed,
): AsyncGenerator<Batch> {
  const over = new AbortController()
  const watched = watchSilence(stream, { place, ports, signal: over.signal })
  try {
    for await (const frame of eventFrames(watched)) {
      const batch = batchOf(frame, place, wire)
      if (batch !== undefined) yield batch
    }
  } catch (error) {
    if (signal.aborted) return
    throw readable(error, place)
  } finally {
    over.abort()
    stream.destroy()
  }
}

/** `stream`, that fails when it was waited for so long and brought nothing; no time counts while nobody waits. */
async function* watchSilence(
  stream: Readable,
  { place, ports, signal }: Watched,
): AsyncGenerator<Buffer> {
  const silentMs = place.silentAfterMs ?? SILENT_MS
  let quietLooks = 0
  let isAwaited = true
  const look = async (): Promise<void> => {
    while (!signal.aborted) {
      await ports.pause(silentMs / LOOKS, signal)
      if (isAwaited) quietLooks += 1
      if (quietLooks >= LOOKS && !signal.aborted) stream.destroy(silence(silentMs, place))
    }
  }
  void look()
  for await (const piece of stream) {
    quietLooks = 0
    isAwaited = false
    yield piece as Buffer
    isAwaited = true
  }
  if (wasCut(stream)) throw new Error('aborted')
}

/** A session that ends takes its streams with it, and they end as if all was said. */
const wasCut = (stream: Readable): boolean => {
  const { rstCode = constants.NGHTTP2_NO_ERROR } = stream as Partial<ClientHttp2Stream>
  return rstCode !== constants.NGHTTP2_NO_ERROR
}

const silence = (silentMs: number, place: KinesisPlace): SourceError =>
  new SourceError(
    'temporary',
    `${whereOf(place)} sent no event for ${silentMs / 1_000} s`,
    'The shard is subscribed to anew by itself.',
  )

/** undefined: an event that says nothing about records. */
function batchOf(frame: EventFrame, place: KinesisPlace, wire: WireChoice): Batch | undefined {
  const { headers, payload } = frame
  switch (headers.get(':message-type')) {
    case 'exception':
      throw refusal(headers.get(':exception-type'), messageIn(payload), place)
    case 'error':
      throw refusal(headers.get(':error-code'), headers.get(':error-message') ?? '', place)
    default:
  }
  if (headers.get(':event-type') !== 'SubscribeToShardEvent') return undefined
  const page: Page = isJson(payload) ? decodeJsonPage(payload) : decodeCborPage(payload, wire)
  const { records = [], next, children } = page
  // The end of a shard comes with its children; nothing at all is no end.
  if (page.records === undefined && next === undefined && children.length === 0) {
    throw notKinesis(place)
  }
  return {
    ...page,
    records,
    bytes: payload.length,
    full: false,
    millisBehindLatest: millisBehind(page.millisBehindLatest),
    answeredAt: undefined,
  }
}

function decodeCborPage(payload: Buffer, wire: WireChoice): Page {
  try {
    const page = decodePage(payload)
    if (page.records !== undefined) wire.understood()
    return page
  } catch (error) {
    if (error instanceof CborError) {
      wire.missed({ kind: isWholeCbor(payload) ? 'other_shape' : 'broken', why: error.message })
    }
    throw error
  }
}

const messageIn = (payload: Buffer): string => {
  const { message = '' } = isJson(payload) ? decodeJsonRefusal(payload) : decodeRefusal(payload)
  return message
}

/** A map of CBOR never begins so. */
const isJson = (payload: Buffer): boolean => payload[0] === 0x7b || payload.length === 0

function refusal(name = '', message: string, place: KinesisPlace): SourceError {
  const error = Object.assign(new Error(message), { name })
  return toSourceError(error, 'SubscribeToShard', place)
}

function readable(error: unknown, place: KinesisPlace): SourceError {
  if (error instanceof FrameError || error instanceof CborError || error instanceof SyntaxError) {
    return unreadable(`an event that cannot be read: ${error.message}`, place, error)
  }
  return toSourceError(error, 'SubscribeToShard', place)
}
