/** Where the reading of a stream begins, and why. */
export interface StreamBegin {
  /** START_AT as it was when that was settled: `trim_horizon`, `latest`, or an RFC 3339 time. */
  asked: string
  /**
   * Arrival time of the oldest records that are read, epoch ms; null: the oldest that the stream still holds, and so
   * it is with a stream that was created again, whatever was asked.
   */
  from: number | null
  /** When Kinesight was first started for this stream, on this machine's clock; null: not kept. */
  firstStartAt: number | null
  /** false: the stream was not reached yet, and the time is by this machine's clock. */
  settled: boolean
}
