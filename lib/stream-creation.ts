/** Kinesis gives whole seconds, others milliseconds. */
const SAME_CREATION_MS = 1_500

/** Whether two creation times (epoch ms) are of the same stream, not of one made anew under its name. */
export const sameCreation = (a: number, b: number): boolean => Math.abs(a - b) < SAME_CREATION_MS
