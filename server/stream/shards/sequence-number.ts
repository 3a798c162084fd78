/**
 * Sequence numbers are decimal numbers of up to 128 digits without leading zeros: compared by length, then
 * as text. Negative: `a` comes first; 0: they are the same.
 */
export function compareSequenceNumbers(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length
  if (a === b) return 0
  return a < b ? -1 : 1
}
