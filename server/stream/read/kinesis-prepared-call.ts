import type { Readable } from 'node:stream'
import type {
  GetRecordsCommand,
  KinesisClient,
  SubscribeToShardCommand,
} from '@aws-sdk/client-kinesis'
import { headersOf, NOTE_HEADS } from './kinesis-client.ts'

/** Whose body is still to be read. */
export interface OpenAnswer {
  status: number
  headers: Record<string, string>
  stream: Readable
}

/** Sends one body; throws what the network throws. */
export type PreparedCall = (body: Buffer, signal?: AbortSignal) => Promise<OpenAnswer>

interface Sent {
  request: SignableRequest
  input: { abortSignal?: AbortSignal }
}

interface SignableRequest {
  headers: Record<string, string>
  body?: unknown
  clone(): SignableRequest
}

type SignAndSend = (sent: Sent) => Promise<{ response: unknown }>

interface Prepared {
  signAndSend: SignAndSend
  request: SignableRequest
}

/**
 * A call through the SDK's own endpoint, credentials, signature and transport, and nothing else of it. What is
 * the same in every call (endpoint, headers, the chain of middleware) is worked out by the SDK once: a stream of
 * 1,000 quiet shards is 1,000 and more calls a second that bring nothing.
 */
export function prepareCall(
  client: KinesisClient,
  command: GetRecordsCommand | SubscribeToShardCommand,
  contentType: string,
): PreparedCall {
  let preparing: Promise<Prepared> | undefined
  keepSigner(client)
  return async (body, abortSignal) => {
    preparing ??= prepare(client, command, contentType)
    const { signAndSend, request: template } = await preparing.catch((error: unknown) => {
      preparing = undefined
      throw error
    })
    const request = template.clone()
    request.body = body
    request.headers['content-length'] = String(body.length)
    const input = abortSignal === undefined ? {} : { abortSignal }
    const { response } = await signAndSend({ request, input })
    const { statusCode, body: stream } = response as { statusCode: number; body: Readable }
    return { status: statusCode, headers: headersOf(response), stream }
  }
}

/** Lets the SDK build one request, and takes it away before it is signed. */
async function prepare(
  client: KinesisClient,
  command: GetRecordsCommand | SubscribeToShardCommand,
  contentType: string,
): Promise<Prepared> {
  let prepared: Prepared | undefined
  const stack = client.middlewareStack.clone()
  stack.remove('deserializerMiddleware')
  stack.remove(NOTE_HEADS)
  const takeRequest = (next: SignAndSend) => async (args: { request: SignableRequest }) => {
    prepared = { signAndSend: next, request: args.request }
    return { output: { $metadata: {} } }
  }
  stack.addRelativeTo(takeRequest as never, {
    name: 'takeRequest',
    relation: 'before',
    toMiddleware: 'httpSigningMiddleware',
  })
  const send = (): SignAndSend => async (sent) =>
    client.config.requestHandler.handle(sent.request as never, sent.input)
  stack.add(send as never, { name: 'send', step: 'deserialize', priority: 'low' })
  await command.resolveMiddleware(stack, client.config as never, {})(command as never)
  if (prepared === undefined) throw new Error('the SDK made no request')
  const { headers } = prepared.request
  headers['content-type'] = contentType
  // They belong to one call only.
  delete headers['amz-sdk-invocation-id']
  delete headers['amz-sdk-request']
  return prepared
}

/** The SDK makes a signer for every request; the place and the name it signs for are always the same here. */
function keepSigner({ config }: KinesisClient): void {
  const make = config.signer
  let signer: ReturnType<typeof make> | undefined
  config.signer = (scheme) => {
    signer ??= make(scheme).catch((error: unknown) => {
      signer = undefined
      throw error
    })
    return signer
  }
}
