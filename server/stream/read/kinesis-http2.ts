import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
} from 'node:http2'

/** The parts of a signed request of the SDK that matter here. */
interface SignedRequest {
  protocol: string
  hostname: string
  port?: number
  path: string
  method: string
  headers: Record<string, string>
  body?: unknown
}

interface Http2Answer {
  response: { statusCode: number; headers: Record<string, string>; body: ClientHttp2Stream }
}

/** A request handler as the SDK's clients take it. */
export interface SharedSessions {
  metadata: { handlerProtocol: string }
  handle(request: SignedRequest, options?: { abortSignal?: AbortSignal }): Promise<Http2Answer>
  destroy(): void
  /** The SDK asks for both of every handler; there is nothing to set. */
  updateHttpClientConfig(): void
  httpHandlerConfigs(): object
}

interface SessionLimits {
  streamsPerSession: number
  /** Until the session stands and the answer's head is there. */
  answerWithinMs: number
}

/** 2 MiB/s a shard over a way of half a second. */
const STREAM_WINDOW_BYTES = 1024 * 1024
const SESSION_WINDOW_BYTES = 16 * 1024 * 1024
/** Counts what waits to be read, too: a window for each stream, and then some. */
const SESSION_MEMORY_MB = 128

interface Session {
  session: ClientHttp2Session
  origin: string
  streams: number
  /** Rejects where no session comes about. From then on it is known how many streams the server takes. */
  ready: Promise<void>
}

/**
 * HTTP/2 with a few sessions for many long answers; the SDK's own handler opens a session for every event
 * stream (aws-sdk-js-v3 #8279). `http:` endpoints are spoken to with prior knowledge.
 */
export function shareSessions(limits: SessionLimits): SharedSessions {
  const sessions = new Set<Session>()

  const mostStreams = ({ session }: Session): number =>
    Math.min(limits.streamsPerSession, session.remoteSettings?.maxConcurrentStreams ?? 1)

  /** It takes no more streams; those it has may end. */
  function retire(shared: Session): void {
    sessions.delete(shared)
    const { session } = shared
    if (session.connecting) session.destroy()
    else if (!session.closed) session.close()
  }

  function open(origin: string): Session {
    const session = connect(origin, {
      settings: { initialWindowSize: STREAM_WINDOW_BYTES, enablePush: false },
      maxSessionMemory: SESSION_MEMORY_MB,
    })
    const ready = whenReady(session, limits.answerWithinMs)
    const shared: Session = { session, origin, streams: 0, ready }
    sessions.add(shared)
    session.once('goaway', () => retire(shared))
    session.once('close', () => sessions.delete(shared))
    // Its streams, or those who wait for it, meet it too.
    session.on('error', () => retire(shared))
    return shared
  }

  /** A session with room for one more stream, which is counted from now on. */
  async function lease(origin: string): Promise<Session> {
    for (;;) {
      const shared =
        [...sessions].find((each) => each.origin === origin && each.streams < expected(each)) ??
        open(origin)
      shared.streams += 1
      try {
        await shared.ready
        if (shared.streams <= Math.max(1, mostStreams(shared)) && !shared.session.closed) {
          return shared
        }
      } catch (error) {
        shared.streams -= 1
        throw error
      }
      shared.streams -= 1
    }
  }

  /** Before the server said how many it takes, as many as we would. */
  const expected = (shared: Session): number =>
    shared.session.connecting ? limits.streamsPerSession : mostStreams(shared)

  async function handle(
    request: SignedRequest,
    { abortSignal }: { abortSignal?: AbortSignal } = {},
  ): Promise<Http2Answer> {
    const { protocol, hostname, port } = request
    const origin = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`
    const leasing = lease(origin)
    const shared = await unlessAborted(leasing, abortSignal).catch((error: unknown) => {
      leasing.then((late) => (late.streams -= 1)).catch(() => {})
      throw error
    })
    const stream = shared.session.request({
      ...request.headers,
      [constants.HTTP2_HEADER_PATH]: request.path,
      [constants.HTTP2_HEADER_METHOD]: request.method,
    })
    const cancel = (): void => {
      stream.close(constants.NGHTTP2_CANCEL)
      stream.destroy(aborted())
    }
    abortSignal?.addEventListener('abort', cancel, { once: true })
    // Whoever reads the stream meets its error as well; without a listener it would end the process. A session
    // where one stream fails is not trusted with more.
    stream.on('error', (error) => {
      if (error.name !== 'AbortError') retire(shared)
    })
    stream.once('close', () => {
      abortSignal?.removeEventListener('abort', cancel)
      shared.streams -= 1
    })
    stream.end(request.body)
    return answerOf(stream, limits.answerWithinMs)
  }

  return {
    metadata: { handlerProtocol: 'h2' },
    handle,
    destroy() {
      for (const { session } of sessions) session.destroy()
      sessions.clear()
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
  }
}

function whenReady(session: ClientHttp2Session, withinMs: number): Promise<void> {
  const ready = new Promise<void>((resolve, reject) => {
    session.setTimeout(withinMs, () => session.destroy(timedOut()))
    session.once('remoteSettings', () => {
      session.setTimeout(0)
      session.setLocalWindowSize(SESSION_WINDOW_BYTES)
      resolve()
    })
    session.once('error', reject)
    session.once('close', () => reject(new Error('aborted')))
  })
  ready.catch(() => {})
  return ready
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  return new Promise((resolve, reject) => {
    const abort = () => reject(aborted())
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

function answerOf(stream: ClientHttp2Stream, answerWithinMs: number): Promise<Http2Answer> {
  return new Promise((resolve, reject) => {
    stream.setTimeout(answerWithinMs, () => {
      stream.close(constants.NGHTTP2_CANCEL)
      stream.destroy(timedOut())
    })
    stream.once('response', (head) => {
      stream.setTimeout(0)
      resolve({
        response: { statusCode: head[':status'] ?? 0, headers: textHeaders(head), body: stream },
      })
    })
    stream.once('error', reject)
    stream.once('close', () => reject(new Error('aborted')))
  })
}

const timedOut = (): Error => Object.assign(new Error('no answer'), { name: 'TimeoutError' })

const aborted = (): Error => Object.assign(new Error('aborted'), { name: 'AbortError' })

const textHeaders = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
