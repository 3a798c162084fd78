import { randomUUID } from 'node:crypto'
import { type ListLie, lieAbout, lieAboutShards, type RecordsLie } from './contradictions.ts'
import type { CallCounter } from './counts.ts'
import type { Door, Request, Response } from './door.ts'
import type { CallFault, FaultSource } from './faults.ts'
import { type Fields, isFields } from './fields.ts'
import type { Answer, Operation } from './operation.ts'
import { shardOfIterator } from './positions.ts'
import type { RecordPages } from './record-pages.ts'
import { shardIdOf } from './shards.ts'
import type { StreamEngine } from './stream-engine.ts'
import { KinesisError } from './vocabulary.ts'
import { CONTENT_TYPE, decodeInput, type Encoding, encodeFields, encodingOf } from './wire.ts'

export interface Caller {
  engine: StreamEngine
  operations: Record<string, Operation>
  pages: RecordPages
  faults: FaultSource
  counter: CallCounter
  /** Resets the connection that a call came by. */
  reset: Door['reset']
  /** Begins the event stream of SubscribeToShard. */
  subscribe(
    answer: Extract<Answer, { kind: 'subscription' }>,
    encoding: Encoding,
    request: Request,
    response: Response,
    silent: boolean,
  ): void
}

interface Call {
  operation: string
  input: Fields
  encoding: Encoding
  shardId: string | undefined
  request: Request
  response: Response
}

/** Answers one request over HTTP; what a call does to the stream is the operations' matter. */
export async function answerCall(
  caller: Caller,
  request: Request,
  response: Response,
): Promise<void> {
  response.on('error', () => {})
  const body = await bodyOf(request)
  const encoding = encodingOf(request.headers['content-type'])
  const operation = String(request.headers['x-amz-target'] ?? '').replace(/^.*\./, '')
  try {
    const input = decodeInput(body, encoding)
    const shardId = shardOf(input)
    caller.counter.seen({ atMs: caller.engine.now(), operation, shardId })
    const call: Call = { operation, input, encoding, shardId, request, response }
    const fault = caller.faults.take(operation, shardId)
    await (fault === undefined ? perform(caller, call) : performFaulty(caller, call, fault))
  } catch (error) {
    sendError(caller, { encoding, response }, error)
  }
}

async function bodyOf(request: Request): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
}

function shardOf(input: Fields): string | undefined {
  for (const name of ['ShardId', 'ShardToSplit', 'ShardToMerge']) {
    const value = input[name]
    if (typeof value === 'string') return value
  }
  const { ShardIterator } = input
  const index = typeof ShardIterator === 'string' ? shardOfIterator(ShardIterator) : undefined
  return index === undefined ? undefined : shardIdOf(index)
}

function perform(caller: Caller, call: Call, how: { silent?: boolean } = {}): void {
  const answer = decide(caller, call)
  if (answer.kind === 'subscription') {
    const { encoding, request, response } = call
    caller.subscribe(answer, encoding, request, response, how.silent ?? false)
    return
  }
  send(caller, call, 200, encodeAnswer(caller, answer, call.encoding))
}

function decide({ operations, engine }: Caller, { operation, input }: Call): Answer {
  const act = Object.hasOwn(operations, operation) ? operations[operation] : undefined
  if (act === undefined) throw new KinesisError('UnknownOperationException', '')
  return act(engine, input)
}

function encodeAnswer(
  { pages }: Caller,
  answer: Exclude<Answer, { kind: 'subscription' }>,
  encoding: Encoding,
): Buffer[] {
  if (answer.kind === 'page') return pages.encode(answer.page, answer.nextIterator, encoding)
  const isEmpty = Object.keys(answer.fields).length === 0
  return isEmpty ? [] : [encodeFields(answer.fields, encoding)]
}

async function performFaulty(caller: Caller, call: Call, fault: CallFault): Promise<void> {
  const { response, request } = call
  switch (fault.kind) {
    case 'error':
      throw new KinesisError(fault.type, fault.message ?? `${fault.type} by script`, fault.status)
    case 'status':
      response.writeHead(fault.status, { 'content-type': 'text/html' })
      response.end(fault.body ?? '<html><body>Service Unavailable</body></html>')
      return
    case 'delay':
      await new Promise((resolve) => setTimeout(resolve, fault.ms).unref())
      return perform(caller, call)
    case 'cut':
      return cut(caller, call, fault.when)
    case 'hang':
      return
    case 'truncated':
    case 'garbled':
      return spoil(caller, call, fault.kind)
    case 'silence':
      return perform(caller, call, { silent: true })
    case 'empty':
      return sendEmptyPage(caller, call, fault.millisBehindLatest)
    case 'lie':
      return sendLie(caller, call, fault.lie)
    case 'false_list':
      return sendFalseList(caller, call, fault.lie)
    case 'entries':
      return putSome(caller, call, new Set(fault.at), fault.type)
    default:
      fault satisfies never
      caller.reset(request)
  }
}

async function cut(
  caller: Caller,
  call: Call,
  when: 'before' | 'after' | 'mid_answer',
): Promise<void> {
  const { request, response } = call
  if (when === 'before') return caller.reset(request)
  const answer = decide(caller, call)
  if (when === 'after' || answer.kind === 'subscription') return caller.reset(request)
  const whole = Buffer.concat(encodeAnswer(caller, answer, call.encoding))
  response.writeHead(200, { ...headersOf(caller, call.encoding), 'content-length': whole.length })
  const half = whole.subarray(0, Math.floor(whole.length / 2))
  await new Promise<void>((resolve) => void writeTo(response, half, resolve))
  // The half has to leave the process before a reset throws it away.
  setTimeout(() => caller.reset(request), HALF_LEAVES_MS).unref()
}

/** A subscription, which has no body of its own, begins as ever. */
function spoil(caller: Caller, call: Call, how: 'truncated' | 'garbled'): void {
  const answer = decide(caller, call)
  if (answer.kind === 'subscription') {
    perform(caller, call)
    return
  }
  const whole = Buffer.concat(encodeAnswer(caller, answer, call.encoding))
  const half = whole.subarray(0, Math.floor(whole.length / 2))
  // Neither CBOR nor JSON begins so.
  const garbled = Buffer.concat([Buffer.of(0xff), whole.subarray(1)])
  send(caller, call, 200, [how === 'truncated' ? half : garbled])
}

const HALF_LEAVES_MS = 20

/** The two kinds of response have the same `write`, but not one type for it. */
export const writeTo = (response: Response, chunk: Buffer, done: () => void): boolean =>
  'stream' in response ? response.write(chunk, 'binary', done) : response.write(chunk, done)

function sendEmptyPage(caller: Caller, call: Call, millisBehindLatest = 1_000): void {
  const answer = decide(caller, call)
  if (answer.kind !== 'page') throw new Error('only GetRecords can be empty')
  const { page } = answer
  const empty = { ...page, to: page.from, bytes: 0, millisBehindLatest, end: undefined }
  const nextIterator = String(call.input.ShardIterator)
  send(caller, call, 200, caller.pages.encode(empty, nextIterator, call.encoding))
}

function sendLie(caller: Caller, call: Call, lie: RecordsLie): void {
  const answer = decide(caller, call)
  if (answer.kind !== 'page') throw new Error('only GetRecords can lie so')
  const { page, nextIterator: next } = answer
  const from = String(call.input.ShardIterator)
  const place = { name: 'NextShardIterator', next, from, ahead: from }
  send(caller, call, 200, [encodeFields(lieAbout(lie, page, place), call.encoding)])
}

function sendFalseList(caller: Caller, call: Call, lie: ListLie): void {
  const answer = decide(caller, call)
  if (answer.kind !== 'fields') throw new Error('only ListShards can lie so')
  send(caller, call, 200, [encodeFields(lieAboutShards(lie, answer.fields), call.encoding)])
}

function putSome(caller: Caller, call: Call, failing: Set<number>, type: string): void {
  const all = Array.isArray(call.input.Records) ? call.input.Records : []
  const Records = all.filter((_entry, index) => !failing.has(index))
  const answer =
    Records.length === 0
      ? undefined
      : decide(caller, { ...call, input: { ...call.input, Records } })
  const taken =
    answer?.kind === 'fields' && Array.isArray(answer.fields.Records) ? answer.fields.Records : []
  const failed = { ErrorCode: type, ErrorMessage: `${type} by script` }
  const results = all.map((_entry, index) => (failing.has(index) ? failed : taken.shift()))
  const FailedRecordCount = results.filter((each) => isFields(each) && 'ErrorCode' in each).length
  const fields = { FailedRecordCount, Records: results, EncryptionType: 'NONE' }
  send(caller, call, 200, [encodeFields(fields, call.encoding)])
}

export const headersOf = ({ engine }: Pick<Caller, 'engine'>, encoding: Encoding) => ({
  'content-type': CONTENT_TYPE[encoding],
  'x-amzn-requestid': randomUUID(),
  date: new Date(engine.now()).toUTCString(),
})

function send(
  caller: Caller,
  { encoding, response }: Pick<Call, 'encoding' | 'response'>,
  status: number,
  chunks: Buffer[],
): void {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  response.writeHead(status, { ...headersOf(caller, encoding), 'content-length': length })
  for (const chunk of chunks) writeTo(response, chunk, () => {})
  response.end()
}

function sendError(
  caller: Caller,
  call: Pick<Call, 'encoding' | 'response'>,
  error: unknown,
): void {
  const known =
    error instanceof KinesisError
      ? error
      : new KinesisError('InternalFailure', error instanceof Error ? (error.stack ?? '') : '')
  const body = encodeFields({ __type: known.type, message: known.message }, call.encoding)
  send(caller, call, known.status, [body])
}
