import { MINUTE_MS } from './time.ts'

/** An event whose id was applied is a duplicate where the two arrived at most this apart, and no more ids come than are remembered. */
export const DEDUPLICATION_SPAN_MS = 10 * MINUTE_MS

/** 4 million ids take about 110 MB; beyond, those that came longest ago are forgotten first, and it is said. */
export const DEFAULT_REMEMBERED_IDS = 4_000_000

/** So many sub-records without an id are remembered for each id that may be. */
export const SUB_RECORDS_PER_ID = 1 / 4
