import type { Fates } from './fates.ts'

/** A stream that is deleted and created again under its name is another one: its totals are its own. */
export interface Incarnation {
  /** Counts the streams of this name that were read here, from 1. */
  number: number
  /** When the stream was created, as Kinesis says; epoch ms. */
  createdAt: number
  /** When Kinesight found it, on the stream's clock; null: an older version did, and kept no time. */
  since: number | null
}

export interface FormerIncarnation extends Incarnation {
  /** When the next one was found, and this one's totals ended; null: not kept. */
  until: number | null
  /** Arrival time of the newest record in its totals; null: it brought none. */
  lastArrivalAt: number | null
  fates: Fates
}

/** The one that is read, and those before it. */
export interface Incarnations {
  incarnation: Incarnation
  /** Newest first, at most `MOST_FORMER`. */
  former: FormerIncarnation[]
}

/** Of an answer over a range that began before the stream was created again: what came before is not in it. */
export interface CreatedAgain {
  /** When that was, epoch ms. */
  at: number
  /** The number of the stream before it, to ask with. */
  former: number
}

/** Where the range of an answer began before the stream that it is of. */
export function createdAgain(
  { incarnation, former }: Incarnations,
  asked: number,
  from: number,
): CreatedAgain | undefined {
  const of = [incarnation, ...former].find(({ number }) => number === asked)
  if (of === undefined || of.number === 1 || of.createdAt <= from) return undefined
  return { at: of.createdAt, former: of.number - 1 }
}

/** A stream made anew every hour would list without end; the totals of all are kept. */
export const MOST_FORMER = 20
