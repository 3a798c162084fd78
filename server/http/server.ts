import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Clock } from '../platform/clock.ts'
import { messageOf, SetupError } from '../platform/errors.ts'
import type { Log } from '../platform/log.ts'
import { HungUpError, problem } from './problem.ts'
import { type Router, refuseMethod, sendProblem } from './router.ts'
import { type Area, areaOf, judge, type Verdict } from './safety.ts'
import { DATA_POLICY, pagePolicy, SECURITY_HEADERS } from './security-headers.ts'

const MAX_URL_LENGTH = 8 * 1_024
const MAX_HEADER_BYTES = 16 * 1_024
const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 30_000
const MAX_CONNECTIONS = 2_000

export interface WebServerPorts {
  router: Router
  live: {
    request(request: IncomingMessage, response: ServerResponse): void
    upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  }
  pages: {
    handle(request: IncomingMessage, response: ServerResponse): Promise<void>
    upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  }
  clock: Clock
  log: Log
  newNonce: () => string
  onRequest: (fact: { route: string; method: string; code: number; ms: number }) => void
}

export interface WebServer {
  /** The port it listens on. Throws `SetupError` if that is taken. */
  listen(): Promise<number>
  /** Ends open connections too. */
  close(): Promise<void>
}

/** The one server: safety first, then Socket.IO, the API, or the pages. */
export function createWebServer(
  options: { host: string; port: number; dev: boolean },
  ports: WebServerPorts,
): WebServer {
  const { router, live, pages, clock, log } = ports
  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
  })
  server.maxConnections = MAX_CONNECTIONS
  let port = options.port

  server.on('request', (request, response) => {
    const startedMs = clock.monotonicMs()
    const seen: { route: string } = { route: 'refused' }
    response.on('close', () => {
      ports.onRequest({
        route: seen.route,
        method: knownMethod(request.method),
        code: response.headersSent ? response.statusCode : HUNG_UP,
        ms: clock.monotonicMs() - startedMs,
      })
    })
    answer(request, response, seen).catch((error: unknown) => {
      if (isHangUp(error, response)) {
        log.debug({ path: pathOf(request), problem: messageOf(error) }, 'the client hung up')
        response.destroy()
        return
      }
      log.error({ err: error, path: pathOf(request) }, 'request failed')
      if (response.headersSent) response.destroy()
      else sendProblem(response, problem(500, 'Something went wrong here; the log has the details'))
    })
  })
  server.on('upgrade', (request, socket, head) => {
    const area = areaOf(pathOf(request))
    const verdict = examine(request, area, port)
    if (verdict.kind === 'refused') return refuseUpgrade(socket, verdict.status)
    if (area === 'live') live.upgrade(request, socket, head)
    else pages.upgrade(request, socket, head)
  })

  async function answer(
    request: IncomingMessage,
    response: ServerResponse,
    seen: { route: string },
  ): Promise<void> {
    const area = areaOf(pathOf(request))
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value)
    response.setHeader('content-security-policy', DATA_POLICY)
    const verdict = examine(request, area, port)
    if (verdict.kind === 'refused') {
      return sendProblem(response, problem(verdict.status, verdict.detail))
    }
    if (area === 'live') {
      seen.route = '/socket.io/'
      if (!LIVE_METHODS.includes(request.method ?? '')) return refuseMethod(response, LIVE_METHODS)
      return live.request(request, response)
    }
    if (area === 'api') {
      response.setHeader('cache-control', 'no-store')
      seen.route = 'unknown'
      return router.handle(request, response, (path) => {
        seen.route = path
      })
    }
    seen.route = pathOf(request).startsWith('/_next/') ? 'asset' : 'page'
    if (!PAGE_METHODS.includes(request.method ?? '')) return refuseMethod(response, PAGE_METHODS)
    const host = request.headers.host ?? ''
    const policy = pagePolicy(ports.newNonce(), { host, dev: options.dev })
    response.setHeader('content-security-policy', policy)
    // Next takes the nonce of its own scripts from here.
    request.headers['content-security-policy'] = policy
    await pages.handle(request, response)
  }

  return {
    listen: () =>
      new Promise((resolve, reject) => {
        server.once('error', (error: NodeJS.ErrnoException) => {
          reject(listenProblem(error, options))
        })
        server.listen(options.port, options.host, () => {
          port = (server.address() as AddressInfo).port
          resolve(port)
        })
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function examine(request: IncomingMessage, area: Area, port: number): Verdict {
  const url = request.url ?? ''
  if (url.length > MAX_URL_LENGTH) {
    const detail = `The address may be at most ${MAX_URL_LENGTH} characters long`
    return { kind: 'refused', status: 414, detail }
  }
  if (!url.startsWith('/') || !URL.canParse(`http://localhost${url}`)) {
    return {
      kind: 'refused',
      status: 400,
      detail: 'The request must name a path, such as /api/v1/kpis',
    }
  }
  const { headers } = request
  return judge(
    {
      method: request.method ?? '',
      area,
      host: headers.host,
      origin: headers.origin,
      fetchSite: one(headers['sec-fetch-site']),
      fetchMode: one(headers['sec-fetch-mode']),
      contentType: headers['content-type'],
      hasBody:
        headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0,
    },
    port,
  )
}

const PAGE_METHODS = ['GET', 'HEAD']
/** Polling asks by GET and puts by POST. */
const LIVE_METHODS = ['GET', 'POST']

/** What nginx counts a request as whose client did not wait for the answer. */
const HUNG_UP = 499

/** As the streams say it whose other end is gone. */
const GONE = ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED']

/** A mistake of ours stays one, also where nobody waits for the answer any more. */
function isHangUp(error: unknown, response: ServerResponse): boolean {
  if (error instanceof HungUpError) return true
  const { code, name } = error as { code?: unknown; name?: unknown }
  return response.destroyed && (GONE.includes(String(code)) || name === 'AbortError')
}

const one = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header[0] : header

const pathOf = (request: IncomingMessage): string => (request.url ?? '').split('?', 1)[0] ?? ''

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** A method is a metric's label, so it must be one of few. */
const knownMethod = (method: string | undefined): string =>
  METHODS.find((known) => known === method) ?? 'other'

function refuseUpgrade(socket: Duplex, status: number): void {
  socket.on('error', () => {})
  socket.end(`HTTP/1.1 ${status} Refused\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
}

function listenProblem(
  error: NodeJS.ErrnoException,
  { host, port }: { host: string; port: number },
): Error {
  switch (error.code) {
    case 'EADDRINUSE': {
      const another = port < 65_535 ? port + 1 : 3_000
      return new SetupError(
        `Port ${port} is taken by another program (perhaps another Kinesight): end that one, or choose another port with PORT=${another} npm start`,
        { cause: error },
      )
    }
    case 'EACCES':
      return new SetupError(`This user may not listen on port ${port}: try PORT=3000 npm start`, {
        cause: error,
      })
    case 'EADDRNOTAVAIL':
      return new SetupError(`HOST=${host} is no address of this machine: unset HOST`, {
        cause: error,
      })
    default:
      return error
  }
}
