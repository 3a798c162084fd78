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

/** A stream made anew every hour would list without end; the totals of all are kept. */
export const MOST_FORMER = 20
