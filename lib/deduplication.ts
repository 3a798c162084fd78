import { MINUTE_MS } from './time.ts'

/** An id that comes again within this is a duplicate, in arrival time, where no more ids come than are remembered. */
export const DEDUPLICATION_SPAN_MS = 10 * MINUTE_MS

/** 4 million ids take about 110 MB; beyond, the oldest are forgotten first, and it is said. */
export const DEFAULT_REMEMBERED_IDS = 4_000_000
