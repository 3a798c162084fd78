/** A stream of another name or place whose figures are in the data folder, too. */
export interface OtherStream {
  name: string
  /** Its endpoint or region; `embedded` for the embedded stream. */
  place: string
  /** Events in its totals, of all streams that had its name there. */
  applied: number
  lastArrivalAt: number | null
}
