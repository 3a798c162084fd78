import { DescribeStreamSummaryCommand, type KinesisClient } from '@aws-sdk/client-kinesis'
import { sameCreation } from '../../../lib/stream-creation.ts'
import { SECOND_MS } from '../../../lib/time.ts'
import { contradicting } from './answer-check.ts'
import { headOf } from './kinesis-client.ts'
import { notKinesis } from './kinesis-errors.ts'
import type { KinesisPlace, KinesisPorts } from './kinesis-place.ts'
import { withOwnSignal } from './own-signal.ts'
import type { StreamDescription } from './stream-source.ts'

/** What says that the stream is another one has to be said so often on end, and the first of all twice. */
const SAID_OF_ANOTHER = 3
const SAID_FIRST = 2
/** Far enough apart for what is wrong for a moment to pass. */
const ASKED_AGAIN_AFTER_MS = 0.3 * SECOND_MS

/**
 * Describes the stream. Much follows from when it was created: another time is another stream, and its own totals. So one
 * answer that differs from those before is not believed; it is an error, unless it is said again at once.
 */
export function createDescriber(
  client: KinesisClient,
  place: KinesisPlace,
  ports: KinesisPorts,
): (signal?: AbortSignal) => Promise<StreamDescription> {
  const { streamName: StreamName } = place
  let believedMs: number | undefined

  async function ask(signal: AbortSignal | undefined): Promise<StreamDescription> {
    const command = new DescribeStreamSummaryCommand({ StreamName })
    const answer = await withOwnSignal(signal, (options) => client.send(command, options))
    const summary = answer.StreamDescriptionSummary
    const { StreamStatus: status, StreamCreationTimestamp: created } = summary ?? {}
    const createdMs = created?.getTime() ?? Number.NaN
    if (status === undefined || !(createdMs > 0)) throw notKinesis(place)
    const described = summary?.StreamName ?? StreamName
    if (described !== StreamName) {
      throw contradicting(`${StreamName} was asked for, and ${described} is described`)
    }
    return { status, createdMs, answeredAt: headOf(answer).answeredAt }
  }

  return async (signal) => {
    let description = await ask(signal)
    const { createdMs } = description
    if (believedMs !== undefined && sameCreation(createdMs, believedMs)) return description
    const times = believedMs === undefined ? SAID_FIRST : SAID_OF_ANOTHER
    for (let said = 1; said < times; said++) {
      if (believedMs !== undefined) {
        await ports.pause(ASKED_AGAIN_AFTER_MS, signal ?? new AbortController().signal)
      }
      description = await ask(signal)
      if (sameCreation(createdMs, description.createdMs)) continue
      throw contradicting(`${StreamName} is said to be created at two times`)
    }
    believedMs = createdMs
    return description
  }
}
