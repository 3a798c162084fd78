import { SECOND_MS } from '../../../lib/time.ts'

/** What repeats itself for so long is trouble, whatever its error. */
export const STUCK_AFTER_MS = 30 * SECOND_MS
/** Once is no repetition: the silence before it may have been rest. */
const STUCK_TRIES = 2

/**
 * Whether a reader gets on. It does when its position moves, when it is at the tip, or when it comes closer to it: Kinesis
 * answers with page after page without a record where nothing was put for long, and is less far behind with each. Times
 * in ms, monotonic.
 */
export interface Headway {
  /** When it last got on, but for time that was not its own. */
  readonly sinceMs: number
  /** Answers and failures since then. */
  readonly tries: number
  /** The least it was said to be behind since then. */
  readonly leastBehindMs: number
}

/** What an answer did, once it was taken in. */
export interface Move {
  /** The shard's progress moved past something. */
  moved: boolean
  /** It says where to go on, and was not doubted. */
  goesOn: boolean
  /** null: it does not say. */
  behindMs: number | null
}

export const headwayFrom = (now: number): Headway => ({
  sinceMs: now,
  tries: 0,
  leastBehindMs: Number.POSITIVE_INFINITY,
})

export function afterAnswer(headway: Headway, move: Move, now: number): Headway {
  const { moved, goesOn, behindMs } = move
  const isCloser = behindMs !== null && (behindMs === 0 || behindMs < headway.leastBehindMs)
  if (!moved && !(goesOn && isCloser)) return afterFailure(headway)
  return { ...headwayFrom(now), leastBehindMs: behindMs ?? Number.POSITIVE_INFINITY }
}

export const afterFailure = (headway: Headway): Headway => ({
  ...headway,
  tries: headway.tries + 1,
})

/** So long it waited for something that is no fault of the shard: room in the buffer, the process itself. */
export const excused = (headway: Headway, ms: number): Headway => ({
  ...headway,
  sinceMs: headway.sinceMs + ms,
})

export const isStuck = ({ sinceMs, tries }: Headway, now: number): boolean =>
  tries >= STUCK_TRIES && now - sinceMs >= STUCK_AFTER_MS
