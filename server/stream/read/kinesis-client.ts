import { KinesisClient, type KinesisClientConfig } from '@aws-sdk/client-kinesis'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { shareSessions } from './kinesis-http2.ts'
import { keptSockets, repeatOnStaleSocket } from './kinesis-kept-sockets.ts'
import { answerWithinMsOf, type KinesisPlace } from './kinesis-place.ts'

const CONNECT_WITHIN_MS = 3_000
/** A subscription holds a stream for minutes; servers allow a session about a hundred, and some fewer. */
const STREAMS_PER_SESSION = 30

/**
 * HTTP/1.1, which every Kinesis speaks. One attempt a call: waiting is the reader's matter. `onRepeat`: a call was
 * made again, because the connection had been closed while it was idle.
 */
export function createKinesisClient(place: KinesisPlace, onRepeat: () => void): KinesisClient {
  const answerWithinMs = answerWithinMsOf(place)
  const requestHandler = new NodeHttpHandler({
    connectionTimeout: CONNECT_WITHIN_MS,
    // Until the answer begins, and then between any two pieces of it.
    requestTimeout: answerWithinMs,
    throwOnRequestTimeout: true,
    socketTimeout: answerWithinMs,
    ...keptSockets(),
  })
  repeatOnStaleSocket(requestHandler, onRepeat)
  return noteHeads(new KinesisClient({ ...configOf(place), requestHandler }))
}

/** HTTP/2, for subscriptions only. */
export function createFanOutClient(place: KinesisPlace): KinesisClient {
  const requestHandler = shareSessions({
    streamsPerSession: STREAMS_PER_SESSION,
    answerWithinMs: answerWithinMsOf(place),
  })
  return new KinesisClient({ ...configOf(place), requestHandler: requestHandler as never })
}

const configOf = (place: KinesisPlace): KinesisClientConfig => ({
  ...(place.region !== undefined && { region: place.region }),
  ...(place.endpoint !== undefined && { endpoint: place.endpoint }),
  ...(place.credentials !== undefined && { credentials: place.credentials }),
  maxAttempts: 1,
})

interface Noted {
  /** The endpoint's own clock as it answered, epoch ms in whole seconds. */
  answeredAt: number | undefined
  /** Of the body; undefined where the answer does not say. */
  bytes: number | undefined
}

const noted = new WeakMap<object, Noted>()

/** What the head of the HTTP answer said that `output` was made of. */
export const headOf = (output: object): Partial<Noted> => noted.get(output) ?? {}

function noteHeads(client: KinesisClient): KinesisClient {
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args)
      const { response, output } = result
      const bytes = Number(headersOf(response)['content-length'])
      const head = { answeredAt: dateOf(response), bytes: bytes > 0 ? bytes : undefined }
      if (output !== undefined) noted.set(output, head)
      return result
    },
    { step: 'deserialize', name: NOTE_HEADS, priority: 'high' },
  )
  return client
}

export const NOTE_HEADS = 'noteHeads'

/** The HTTP Date header of a raw response, epoch ms; undefined where it is absent or no date. */
export function dateOf(response: unknown): number | undefined {
  const at = Date.parse(headersOf(response).date ?? '')
  return Number.isNaN(at) ? undefined : at
}

/** Of a raw response, names in lower case. */
export const headersOf = (response: unknown): ResponseHeaders =>
  (response as { headers?: ResponseHeaders } | undefined)?.headers ?? {}

export type ResponseHeaders = Record<string, string> & { date?: string }
