import { once } from 'node:events'
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import {
  createServer as createHttp2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2'
import { type AddressInfo, createServer, type Socket } from 'node:net'

export type Request = IncomingMessage | Http2ServerRequest
export type Response = ServerResponse | Http2ServerResponse

/** One TCP port that speaks HTTP/1.1, and HTTP/2 to those who begin with its preface. */
export interface Door {
  port: number
  http2Sessions(): { opened: number; open: number }
  sockets(): { opened: number; open: number }
  /** Resets the connection that a call came by. */
  reset(request: Request): void
  close(): Promise<void>
}

const PREFACE = 'PRI'
const MAX_STREAMS = 1_000

export async function openDoor(
  port: number,
  answer: (request: Request, response: Response) => void,
): Promise<Door> {
  const sockets = new Set<Socket>()
  const sessions = new Set<ServerHttp2Session>()
  const socketOf = new WeakMap<object, Socket>()
  const opened = { sockets: 0, sessions: 0 }
  const http1 = createHttpServer({ keepAliveTimeout: 600_000 }, answer)
  const http2 = createHttp2Server(
    { settings: { maxConcurrentStreams: MAX_STREAMS, initialWindowSize: 1 << 20 } },
    answer,
  )
  // A client that goes away in mid-call is no event.
  http2.on('sessionError', () => {})
  http2.on('session', (session) => {
    opened.sessions += 1
    sessions.add(session)
    session.on('close', () => sessions.delete(session))
    // A session hides its socket, and only the socket can be reset.
    const { remotePort } = session.socket
    const socket = [...sockets].find((each) => each.remotePort === remotePort)
    if (socket !== undefined) socketOf.set(session, socket)
  })

  const server = createServer((socket) => {
    opened.sockets += 1
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    handOver(socket, (speaks) => (speaks === 'http2' ? http2 : http1).emit('connection', socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })

  return {
    port: (server.address() as AddressInfo).port,
    http2Sessions: () => ({ opened: opened.sessions, open: sessions.size }),
    sockets: () => ({ opened: opened.sockets, open: sockets.size }),
    reset(request) {
      const socket =
        'stream' in request && request.stream.session !== undefined
          ? socketOf.get(request.stream.session)
          : (request.socket as Socket)
      if (socket === undefined || socket.destroyed) return
      socket.resetAndDestroy()
    },
    async close() {
      const gone = [...sockets].map((socket) => once(socket, 'close'))
      const closed = once(server, 'close')
      server.close()
      for (const session of sessions) session.destroy()
      for (const socket of sockets) socket.destroy()
      await Promise.all([closed, ...gone])
    },
  }
}

/** Looks at the first bytes and puts them back. */
function handOver(socket: Socket, to: (speaks: 'http1' | 'http2') => void): void {
  let seen = Buffer.alloc(0)
  const look = (chunk: Buffer) => {
    seen = Buffer.concat([seen, chunk])
    const begin = seen.toString('latin1', 0, PREFACE.length)
    if (begin.length < PREFACE.length && PREFACE.startsWith(begin)) return
    socket.off('data', look)
    socket.pause()
    socket.unshift(seen)
    to(begin === PREFACE ? 'http2' : 'http1')
    process.nextTick(() => socket.resume())
  }
  socket.on('data', look)
}
