import type { Readable } from 'node:stream'
import { type KinesisClient, SubscribeToShardCommand } from '@aws-sdk/client-kinesis'
import type { Wire } from '../../../lib/frames.ts'
import { CBOR, JSON_1_1, refused, wholeAnswer } from './kinesis-answers.ts'
import { takeConsumer } from './kinesis-consumer.ts'
import { notKinesis, toSourceError } from './kinesis-errors.ts'
import type { KinesisPlace, KinesisPorts } from './kinesis-place.ts'
import { subscriptionBody } from './kinesis-positions.ts'
import { type PreparedCall, prepareCall } from './kinesis-prepared-call.ts'
import { subscriptionBatches } from './kinesis-subscription.ts'
import type { WireChoice } from './kinesis-wire.ts'
import type { FanOut } from './stream-source.ts'

export interface FanOutPorts extends KinesisPorts {
  /** For consumers. */
  client: KinesisClient
  /** For subscriptions, made with the first. */
  pushing: () => KinesisClient
  wire: WireChoice
}

export function createFanOut(place: KinesisPlace, ports: FanOutPorts): FanOut {
  const calls = new Map<Wire, PreparedCall>()
  const { wire: choice } = ports

  function callFor(wire: Wire): PreparedCall {
    const made = calls.get(wire) ?? prepareCall(ports.pushing(), ANY, CONTENT_TYPE[wire])
    calls.set(wire, made)
    return made
  }

  const subscribe: FanOut['subscribe'] = async (shardId, { consumerArn, position, signal }) => {
    let refusedCbor = false
    for (const wire of choice.spoken() === 'json' ? JSON_ONLY : CBOR_FIRST) {
      const body = subscriptionBody(wire, { consumerArn, shardId, position })
      const answer = await callFor(wire)(body, signal)
      if (answer.status === 200 && isEventStream(answer.headers)) {
        if (refusedCbor) choice.missed({ kind: 'not_cbor' })
        return subscriptionBatches(answer.stream, { place, ports, signal, wire: choice })
      }
      if (answer.status === 200) throw refuseStream(answer.stream, place)
      const why = refused(await wholeAnswer(answer))
      if (why === 'unclear') throw failure('', answer.status)
      refusedCbor = wire === 'cbor'
    }
    throw failure('UnknownOperationException', 400)
  }

  return {
    consumer: (name, signal) => takeConsumer(ports.client, place, ports, { name, signal }),
    subscribe: (shardId, options) =>
      subscribe(shardId, options).catch((error: unknown) => {
        throw toSourceError(error, 'SubscribeToShard', place)
      }),
  }
}

/** Each call brings its own body. */
const ANY = new SubscribeToShardCommand({
  ConsumerARN: undefined,
  ShardId: undefined,
  StartingPosition: undefined,
})

const CBOR_FIRST: readonly Wire[] = ['cbor', 'json']
const JSON_ONLY: readonly Wire[] = ['json']
const CONTENT_TYPE: Record<Wire, string> = { cbor: CBOR, json: JSON_1_1 }

const isEventStream = (headers: Record<string, string>): boolean =>
  /eventstream/i.test(headers['content-type'] ?? '')

function refuseStream(stream: Readable, place: KinesisPlace): Error {
  stream.destroy()
  return notKinesis(place)
}

/** As the SDK's own errors are. */
const failure = (name: string, status: number): Error =>
  Object.assign(new Error('UnknownError'), { name, $metadata: { httpStatusCode: status } })
