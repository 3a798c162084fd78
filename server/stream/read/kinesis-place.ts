import type { Wire } from '../../../lib/frames.ts'

/** Which stream to read, and how its endpoint is spoken to. */
export interface KinesisPlace {
  streamName: string
  region: string | undefined
  endpoint: string | undefined
  /** Left out: the usual AWS credential chain. */
  credentials?: { accessKeyId: string; secretAccessKey: string }
  /** What to do where it cannot be reached, if not to look at the network. */
  ifUnreachable?: string
  /** An endpoint that says nothing for so long is given up; 10 s. */
  answerWithinMs?: number
  /** A subscription without any event for so long is given up; 35 s. */
  silentAfterMs?: number
  /** How records are read; `cbor`, a third smaller and read without copying, by itself turns to `json` where the endpoint does not speak it. */
  wire?: Wire
  /** At the end of a shard it says how long ago that was closed, not how far behind the reader is, as kinesalite does. */
  endsBehind?: boolean
  /** How long this thread stood still a moment ago, ms; 0: it did not. What it waited for is lost by that. */
  stoodStillMs?: () => number
  /** What an operator may want to know once, in one sentence. */
  onNotice?: (text: string) => void
}

/** How waiting is done; a test gives its own. */
export interface KinesisPorts {
  pause: (ms: number, signal: AbortSignal) => Promise<void>
  random: () => number
}

const ANSWER_WITHIN_MS = 10_000

export const answerWithinMsOf = (place: KinesisPlace): number =>
  place.answerWithinMs ?? ANSWER_WITHIN_MS

/** For a sentence: "nothing listens at …". */
export const whereOf = ({ endpoint, region }: KinesisPlace): string =>
  endpoint ?? (region === undefined ? 'Amazon Kinesis' : `Amazon Kinesis in ${region}`)
