/** What is counted, or kept of it, changed: no figure says so by itself. */
export interface CountingChange {
  /** Epoch ms. */
  at: number
  kind: CountingChangeKind
  /** In words, with what to do where something can be done. */
  text: string
}

export const COUNTING_CHANGES = [
  /** The stream was deleted and created again: totals are those of the new one. */
  'created_again',
  /** The data folder has figures of streams of another name or place, which are not those shown. */
  'elsewhere',
  /** Panes are kept for a shorter time: older ones are deleted. */
  'kept_shorter',
  /** A KPI is no longer measured. */
  'kpi_gone',
  /** A KPI is computed by another formula. */
  'kpi_changed',
  /** Two dimensions are no longer counted together. */
  'pair_gone',
  /** This machine's clock was set back. */
  'clock_set',
] as const
export type CountingChangeKind = (typeof COUNTING_CHANGES)[number]

/** As many as a page has room for. */
export const MOST_CHANGES = 5

/** Without the moment, which is that of its being found. */
export type FoundChange = Omit<CountingChange, 'at'>
