import { GetShardIteratorCommand, type KinesisClient } from '@aws-sdk/client-kinesis'
import { pause } from '../../platform/pause.ts'
import { createFanOutClient, createKinesisClient } from './kinesis-client.ts'
import { createDescriber } from './kinesis-description.ts'
import { notKinesis, toSourceError } from './kinesis-errors.ts'
import { createFanOut } from './kinesis-fan-out.ts'
import { listShards } from './kinesis-listing.ts'
import type { KinesisPlace, KinesisPorts } from './kinesis-place.ts'
import { iteratorStart } from './kinesis-positions.ts'
import { createRecordsReader } from './kinesis-reading.ts'
import type { KinesisCall } from './kinesis-refusals.ts'
import { createWireChoice } from './kinesis-wire.ts'
import { withOwnSignal } from './own-signal.ts'
import type { StreamSource } from './stream-source.ts'

const PORTS: KinesisPorts = { pause, random: Math.random }

/** A stream at Amazon Kinesis, or at what speaks as it does. */
export function createKinesisSource(
  place: KinesisPlace,
  ports: KinesisPorts = PORTS,
): StreamSource {
  let repeated = 0
  const client = createKinesisClient(place, () => repeated++)
  let pushing: KinesisClient | undefined
  const wire = createWireChoice(place)
  const describeStream = createDescriber(client, place, ports)
  const readRecords = createRecordsReader(client, place, wire)
  const call = async <T>(name: KinesisCall, work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw toSourceError(error, name, place)
    }
  }
  const { streamName: StreamName } = place

  return {
    describe: (signal) => call('DescribeStreamSummary', () => describeStream(signal)),
    listShards: (signal) => call('ListShards', () => listShards(client, place, signal)),
    iterator: (ShardId, position, signal) =>
      call('GetShardIterator', async () => {
        const command = new GetShardIteratorCommand({
          StreamName,
          ShardId,
          ...iteratorStart(position),
        })
        const answer = await withOwnSignal(signal, (options) => client.send(command, options))
        const { ShardIterator: iterator = '' } = answer
        if (iterator === '') throw notKinesis(place)
        return iterator
      }),
    read: (iterator, options) => call('GetRecords', () => readRecords(iterator, options)),
    fanOut: createFanOut(place, {
      ...ports,
      client,
      pushing: () => (pushing ??= createFanOutClient(place)),
      wire,
    }),
    wire: () => ({ spoken: wire.spoken(), notice: wire.notice() }),
    repeatedCalls: () => repeated,
    close() {
      client.destroy()
      pushing?.destroy()
    },
  }
}
