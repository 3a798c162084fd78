import { duration } from '../../../lib/format-time.ts'
import { messageOf } from '../../platform/errors.ts'
import { transportError } from './kinesis-network-errors.ts'
import { type KinesisPlace, whereOf } from './kinesis-place.ts'
import {
  type Failure,
  hasNoFanOut,
  inside,
  isFanOut,
  isLate,
  type KinesisCall,
  noFanOut,
  sentence,
  strange,
  type Told,
  tellRefusal,
  unreachable,
} from './kinesis-refusals.ts'
import { SourceError } from './stream-source.ts'

/** `error` as the consumer understands it. One that is a `SourceError` already stays as it is. */
export function toSourceError(error: unknown, call: KinesisCall, place: KinesisPlace): SourceError {
  if (error instanceof SourceError) return error
  const { kind, message, remedy } = tell(error, call, place)
  return new SourceError(kind, message, remedy, { cause: error })
}

/** An answer without what every Kinesis answers: it must not count as an end or as nothing. */
export const notKinesis = (place: KinesisPlace, status = 200): SourceError => {
  const { kind, message, remedy } = strange(place, status)
  return new SourceError(kind, message, remedy)
}

/** What was sent is cut off or garbled: it says nothing, and is asked for again. */
export const unreadable = (what: string, place: KinesisPlace, cause?: unknown): SourceError =>
  new SourceError(
    'temporary',
    `${whereOf(place)} sent ${what}`,
    'It is asked for again by itself.',
    {
      cause,
    },
  )

function tell(error: unknown, call: KinesisCall, place: KinesisPlace): Told {
  const said = messageOf(error)
  const { name = '', $metadata } = error as {
    name?: string
    $metadata?: { httpStatusCode?: number }
  }
  const { $response } = error as { $response?: { statusCode?: number } }
  const status = $metadata?.httpStatusCode ?? $response?.statusCode
  const failure: Failure = { name: shortName(name), said, status, call, place }
  const refusal = tellRefusal(failure)
  if (refusal !== undefined) return isLate(failure) ? (ownFault(failure) ?? refusal) : refusal
  if (/^Region (is missing|not accepted)/.test(said)) return regionProblem(said)
  if (isFanOut(call) && hasNoFanOut(failure)) return noFanOut(failure)
  if (error instanceof SyntaxError || said === 'UnknownError') return strange(place, status ?? 200)
  if (status !== undefined && status >= 500) return inside(failure)
  const lost = transportError(error, whereOf(place))
  const own = lost === undefined ? undefined : ownFault(failure)
  return (
    own ?? {
      kind: 'temporary',
      message: lost?.message ?? unknown(failure),
      // Of an error that is not known it is not known whether the network has to do with it.
      remedy: lost === undefined ? UNKNOWN_REMEDY : (lost.remedy ?? unreachable(place)),
    }
  )
}

/** What failed because this thread stood still is not the endpoint's fault; undefined: it did not. */
function ownFault({ call, place }: Failure): Told | undefined {
  const stillMs = place.stoodStillMs?.() ?? 0
  if (stillMs === 0) return undefined
  return {
    kind: 'temporary',
    message: `Kinesight stood still for ${duration(stillMs)}, and its call ${call} was lost`,
    remedy:
      'It is tried again by itself. If it stands still again and again, something stops the process, the machine sleeps, or it has too little processor time.',
  }
}

/** Some answer `com.amazonaws.kinesis.v20131202#Name`, or `Name:http://…`. */
const shortName = (name: string): string => name.replace(/^.*#/, '').replace(/:.*$/, '')

const NO_REGION: Told = {
  kind: 'temporary',
  message: 'no AWS region is set',
  remedy: 'Set AWS_REGION, such as AWS_REGION=eu-west-1, and start Kinesight anew.',
}

/** The SDK names one that is not set as if it were one. */
function regionProblem(said: string): Told {
  const [, region = ''] = /region="([^"]*)"/.exec(said) ?? []
  if (region === '' || region === 'undefined') return NO_REGION
  return {
    kind: 'temporary',
    message: `“${region}” is no AWS region`,
    remedy: 'Correct AWS_REGION, such as AWS_REGION=eu-west-1, and start Kinesight anew.',
  }
}

const UNKNOWN_REMEDY =
  'It is tried again by itself. If it stays, look at what answers there, and at what the credentials in use may do.'

const unknown = ({ name, said, place }: Failure): string => {
  const words = sentence(said)
  return words === '' || words === name
    ? `${whereOf(place)} answers with an error that is not known here: ${name}`
    : words
}
