import { type ClientRequest, Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { Socket } from 'node:net'
import type { NodeHttpHandler } from '@smithy/node-http-handler'

const MAX_SOCKETS = 256
/** Whatever they answered, nothing would be changed by asking again. */
const READS = /\.(DescribeStreamSummary|ListShards|GetShardIterator|GetRecords)$/
const CLOSED = new Set(['ECONNRESET', 'EPIPE'])

/** What went wrong on a connection that had been kept, before a byte of the answer came. */
const stale = new WeakSet<object>()

/** Agents that keep connections, and know when one had been closed while nobody used it. */
export const keptSockets = () => ({
  httpAgent: watched(new HttpAgent({ maxSockets: MAX_SOCKETS, keepAlive: true })),
  httpsAgent: watched(new HttpsAgent({ maxSockets: MAX_SOCKETS, keepAlive: true })),
})

function watched<A extends HttpAgent>(agent: A): A {
  const reuse = agent.reuseSocket.bind(agent)
  agent.reuseSocket = (socket: Socket, request: ClientRequest) => {
    const { bytesRead } = socket
    request.once('error', (error: NodeJS.ErrnoException) => {
      if (socket.bytesRead === bytesRead && CLOSED.has(error.code ?? '')) stale.add(error)
    })
    reuse(socket, request)
  }
  return agent
}

/**
 * A call that only reads is made once more, at once, where the connection had been closed while it was idle: that
 * the other side was about to close it cannot be known from here.
 */
export function repeatOnStaleSocket<H extends Pick<NodeHttpHandler, 'handle'>>(
  handler: H,
  onRepeat: () => void,
): H {
  const handle = handler.handle.bind(handler)
  handler.handle = async (request, options) => {
    try {
      return await handle(request, options)
    } catch (error) {
      const isStale = typeof error === 'object' && error !== null && stale.has(error)
      if (!isStale || !READS.test(request.headers['x-amz-target'] ?? '')) throw error
      onRepeat()
      return handle(request, options)
    }
  }
  return handler
}
