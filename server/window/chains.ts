/**
 * Groups numbers by a slot without making anything for a slot: each is chained to the one before it in its slot.
 * Reused from pane to pane.
 */
export interface Chains {
  /** By slot: how many, and the last one + 1. Zero from the last slot that was made on. */
  counts: Int32Array
  last: Int32Array
  /** By number: the one before it in its slot, + 1; 0: it is the first. */
  readonly before: Int32Array
}

export const createChains = (numbers: number): Chains => ({
  counts: new Int32Array(1_024),
  last: new Int32Array(1_024),
  before: new Int32Array(numbers),
})

/** Makes room for so many slots. */
export function makeRoom(chains: Chains, slots: number): void {
  if (slots <= chains.counts.length) return
  chains.counts = larger(chains.counts, 2 * slots)
  chains.last = larger(chains.last, 2 * slots)
}

/** Empties slots. */
export function emptySlots({ counts, last }: Chains, slots: number): void {
  counts.fill(0, 0, slots)
  last.fill(0, 0, slots)
}

function larger(values: Int32Array, length: number): Int32Array {
  const more = new Int32Array(length)
  more.set(values)
  return more
}

let unchained = new Int32Array(1_024)

/** What `values` has for the numbers in a slot, which holds any. A view of scratch memory: valid until the next call. */
export function valuesIn(
  { counts, last, before }: Chains,
  slot: number,
  values: Int32Array,
): Int32Array {
  const count = counts[slot] as number
  if (count > unchained.length) unchained = new Int32Array(2 * count)
  let number = last[slot] as number
  for (let at = count - 1; at >= 0; at--) {
    unchained[at] = values[number - 1] as number
    number = before[number - 1] as number
  }
  return unchained
}

/** Chains the numbers from `from[run]` to `from[run + 1]`, each in the slot `first` + its column. There must be room. */
export function chain(
  { counts, last, before }: Chains,
  from: Int32Array,
  columns: Int32Array,
  run: number,
  first: number,
): void {
  const end = from[run + 1] as number
  for (let number = from[run] as number; number < end; number++) {
    const slot = first + (columns[number] as number)
    counts[slot] = (counts[slot] as number) + 1
    before[number] = last[slot] as number
    last[slot] = number + 1
  }
}
