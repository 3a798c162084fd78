import { EventEmitter } from 'node:events'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { messageOf } from '../platform/errors.ts'
import type { Log } from '../platform/log.ts'

/** kinesalite's own limit; a PutRecords of 5 MiB is 6.8 MiB in base64. */
const MAX_BODY_BYTES = 7 * 1024 * 1024

/** Bodies in memory at a time; who comes then waits unread, so that its sender is slowed down. */
const MAX_BODIES_BYTES = 32 * 1024 * 1024

/** Small requests (reads) never wait behind large ones. */
const SMALL_BODY_BYTES = 64 * 1024

/** Looks at a request before kinesalite does, and may put another body in its place. */
export type Rewrite = (operation: string, body: Buffer) => Promise<Buffer>

/**
 * Stands before kinesalite, which trusts everyone: it would let any web page in the browser read and
 * write (it answers CORS with `*`), and a client that hangs up in mid-request would end the process.
 * Only whole requests from programs on this machine go through.
 */
export function createFront(options: {
  handle: RequestListener
  rewrite: Rewrite
  log: Log
}): RequestListener {
  const room = createRoom(MAX_BODIES_BYTES)
  return (request, response) => {
    const refusal = refusalOf(request)
    if (refusal !== undefined) return refuse(response, 403, 'AccessDeniedException', refusal)
    const declared = Number(request.headers['content-length'] ?? MAX_BODY_BYTES)
    if (declared > MAX_BODY_BYTES) return tooLarge(response)
    const bytes = declared <= SMALL_BODY_BYTES ? 0 : declared
    room.enter(bytes, (leave) => {
      if (response.destroyed) return leave()
      response.once('close', leave)
      void serve(request, response)
    })
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body: Buffer | undefined
    try {
      body = await readBody(request)
    } catch {
      response.destroy()
      return
    }
    if (body === undefined) return tooLarge(response)
    const operation = /^Kinesis_20131202\.(\w+)$/.exec(String(request.headers['x-amz-target']))?.[1]
    if (operation === 'ListShards' && isContinuation(body)) {
      return refuse(response, 400, 'ExpiredNextTokenException', 'No NextToken was given out')
    }
    try {
      const json =
        request.headers['content-type']?.startsWith('application/x-amz-json-1.1') === true
      const asked = json && operation !== undefined ? await options.rewrite(operation, body) : body
      replay(options.handle, request, asked, response)
    } catch (error) {
      options.log.error({ problem: messageOf(error) }, 'embedded stream: request failed')
      if (!response.headersSent) refuse(response, 500, 'InternalFailure', messageOf(error))
    }
  }
}

/** kinesalite lists all shards at once, and ends the process over a token without a stream's name. */
const isContinuation = (body: Buffer): boolean =>
  body.includes('NextToken') && !body.includes('StreamName')

/** Why a request is not let in. Programs send no Origin; browsers always do with a POST. */
function refusalOf(request: IncomingMessage): string | undefined {
  if (request.headers.origin !== undefined) return 'Web pages may not use the embedded stream'
  const host = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase()
  const loopback =
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    host === '[::1]' ||
    /^127(\.\d{1,3}){3}$/.test(host)
  return loopback ? undefined : 'The embedded stream answers on 127.0.0.1 and localhost only'
}

function refuse(response: ServerResponse, status: number, type: string, message: string): void {
  const body = JSON.stringify({ __type: type, message })
  response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.1', Connection: 'close' })
  response.end(body)
}

const tooLarge = (response: ServerResponse): void =>
  refuse(response, 413, 'SerializationException', `A request is at most ${MAX_BODY_BYTES} bytes`)

/** undefined: larger than allowed. Rejects if the client hung up. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MAX_BODY_BYTES) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/**
 * Hands a complete request over. Its events come inside the call, so that what kinesalite throws at a
 * strange request is caught here.
 */
function replay(
  handle: RequestListener,
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
): void {
  const { method, url, headers } = request
  const copy = Object.assign(new EventEmitter(), { method, url, headers })
  handle(copy as unknown as IncomingMessage, response as ServerResponse & { req: IncomingMessage })
  if (body.length > 0) copy.emit('data', body)
  copy.emit('end')
}

/** Lets in as many bytes at a time as there is room for, first come first served. */
function createRoom(maxBytes: number) {
  const waiting: { bytes: number; then: (leave: () => void) => void }[] = []
  let taken = 0

  function admit(): void {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      if (taken > 0 && taken + next.bytes > maxBytes) return
      waiting.shift()
      enterNow(next.bytes, next.then)
    }
  }

  function enterNow(bytes: number, then: (leave: () => void) => void): void {
    taken += bytes
    let inside = true
    then(() => {
      if (!inside) return
      inside = false
      taken -= bytes
      admit()
    })
  }

  return {
    enter(bytes: number, then: (leave: () => void) => void): void {
      if (bytes === 0) {
        enterNow(0, then)
        return
      }
      waiting.push({ bytes, then })
      admit()
    },
  }
}
