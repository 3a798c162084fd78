import { MINUTE_MS } from './time.ts'

/** How much later than it happened, or than others happened, an event may come without being late. */
export const ALLOWED_LATENESS_MS = MINUTE_MS
