import { MINUTE_MS } from './time.ts'

/**
 * How much later an event may come without being late: than it happened (a step is corrected by it), or than others of
 * its shard happened (the fate `late`).
 */
export const ALLOWED_LATENESS_MS = MINUTE_MS
