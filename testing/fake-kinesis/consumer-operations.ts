import { type Fields, requiredText, textField } from './fields.ts'
import { fields, type Operation, shardIdField } from './operation.ts'
import { ordinalFor, startingPositionOf } from './record-operations.ts'
import { paceOf } from './shard-operations.ts'
import { findShard } from './shards.ts'
import type { StreamEngine } from './stream-engine.ts'
import {
  ACCOUNT,
  type Consumer,
  inUse,
  invalid,
  notFound,
  type Stream,
  tooMany,
} from './vocabulary.ts'

const MAX_CONSUMERS = 20
const MAX_CREATING = 5

const isCreating = (engine: StreamEngine, { createdMs }: Consumer): boolean =>
  engine.now() - createdMs < engine.options.registerMs

const describeConsumer = (engine: StreamEngine, consumer: Consumer): Fields => ({
  ConsumerName: consumer.name,
  ConsumerARN: consumer.arn,
  ConsumerStatus: isCreating(engine, consumer) ? 'CREATING' : 'ACTIVE',
  ConsumerCreationTimestamp: new Date(consumer.createdMs),
})

const streamByArn = (engine: StreamEngine, arn: string): Stream => {
  const name = /^arn:aws[^:]*:kinesis:[^:]*:\d{12}:stream\/([a-zA-Z0-9_.-]+)/.exec(arn)?.[1]
  if (name === undefined) throw invalid(`Invalid ARN ${arn}`)
  return engine.stream(name)
}

function consumerOf(engine: StreamEngine, input: Fields): { stream: Stream; consumer: Consumer } {
  const arn = textField(input, 'ConsumerARN')
  const stream = streamByArn(engine, arn ?? requiredText(input, 'StreamARN'))
  const name = arn === undefined ? requiredText(input, 'ConsumerName') : undefined
  const consumer = [...stream.consumers.values()].find((each) =>
    name === undefined ? each.arn === arn : each.name === name,
  )
  if (consumer === undefined) {
    throw notFound(`Consumer ${name ?? arn} under stream ${stream.arn} not found.`)
  }
  return { stream, consumer }
}

const register: Operation = (engine, input) => {
  const stream = streamByArn(engine, requiredText(input, 'StreamARN'))
  const name = requiredText(input, 'ConsumerName')
  paceOf(engine, 'RegisterStreamConsumer', stream.name, 5)
  if (stream.consumers.has(name)) {
    throw inUse(
      `Consumer ${name} under stream ${stream.name} already exists for account ${ACCOUNT}.`,
    )
  }
  const creating = [...stream.consumers.values()].filter((each) => isCreating(engine, each))
  if (stream.consumers.size >= MAX_CONSUMERS || creating.length >= MAX_CREATING) {
    throw tooMany(`Stream ${stream.name} has as many consumers as it may have.`)
  }
  const createdMs = engine.now()
  const arn = `${stream.arn}/consumer/${name}:${Math.floor(createdMs / 1_000)}`
  const consumer: Consumer = { name, arn, createdMs }
  stream.consumers.set(name, consumer)
  return fields({ Consumer: { ...describeConsumer(engine, consumer), ConsumerStatus: 'CREATING' } })
}

const describeOne: Operation = (engine, input) => {
  const { stream, consumer } = consumerOf(engine, input)
  paceOf(engine, 'DescribeStreamConsumer', stream.name, 20)
  return fields({
    ConsumerDescription: { ...describeConsumer(engine, consumer), StreamARN: stream.arn },
  })
}

const deregister: Operation = (engine, input) => {
  const { stream, consumer } = consumerOf(engine, input)
  paceOf(engine, 'DeregisterStreamConsumer', stream.name, 5)
  engine.removeConsumer(stream, consumer)
  return fields()
}

const list: Operation = (engine, input) => {
  const stream = streamByArn(engine, requiredText(input, 'StreamARN'))
  paceOf(engine, 'ListStreamConsumers', stream.name, 5)
  return fields({
    Consumers: [...stream.consumers.values()].map((consumer) => describeConsumer(engine, consumer)),
  })
}

const subscribe: Operation = (engine, input) => {
  const { stream, consumer } = consumerOf(engine, {
    ConsumerARN: requiredText(input, 'ConsumerARN'),
  })
  if (isCreating(engine, consumer)) {
    throw inUse(`Consumer ${consumer.arn} is not ACTIVE, instead in state CREATING.`)
  }
  const shard = findShard(stream, shardIdField(input))
  const position = startingPositionOf(input)
  const ordinal = ordinalFor(engine, stream, shard, {
    type: requiredText(position, 'Type'),
    fields: position,
    sequenceNumber: 'SequenceNumber',
  })
  if (!engine.limits.call('SubscribeToShard', `${consumer.arn} ${shard.shardId}`, 1)) {
    throw tooMany(`Rate exceeded for consumer ${consumer.arn} and shard ${shard.shardId}.`)
  }
  return { kind: 'subscription', stream, shard, consumer, ordinal }
}

export const CONSUMER_OPERATIONS: Record<string, Operation> = {
  RegisterStreamConsumer: register,
  DescribeStreamConsumer: describeOne,
  DeregisterStreamConsumer: deregister,
  ListStreamConsumers: list,
  SubscribeToShard: subscribe,
}
