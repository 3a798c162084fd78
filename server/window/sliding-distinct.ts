import { coarserEntry, type Distinct, entriesOf } from './distinct.ts'

/**
 * Distinct counting over a sliding window: the sketch of what is left after the oldest has gone. Of each register it
 * keeps the ranks that are the highest from some time on, newest first (the "list of future possible maxima" of
 * Chabchoub and Hébrail, "Sliding HyperLogLog", 2010), about the logarithm of what the register has seen. So it says
 * exactly what a merge of the sketches inside the window says, and sliding costs the same for any length of window.
 * Times are whole seconds since the epoch and may come in any order.
 */
export interface SlidingDistinct {
  /** Takes in a sketch as of `second`. O(its entries × the length of a list). */
  add(sketch: Distinct | null, second: number): void
  /** Drops what is older than `second`. O(registers + what goes), nothing where that was done before. */
  dropBefore(second: number): void
  /** The sketch of what is left; null: nothing. Changes with the next call. */
  sketch(): Uint8Array | null
  clear(): void
  /** As if all of it had been taken in at this lower precision; this one is of no more use then. O(what it holds). */
  coarser(precision: number): SlidingDistinct
}

const NONE = -1
const FIRST_ROOM = 1_024

export function createSlidingDistinct(precision: number): SlidingDistinct {
  const registers = 1 << precision
  /** The newest node of each register. */
  const newest = new Int32Array(registers).fill(NONE)
  /** The highest rank of each register, and since when it holds: that of its oldest node. */
  const highest = new Uint8Array(registers)
  const oldest = new Uint32Array(registers)
  /** Nodes, side by side; `older` is the next of the register, or of those that are free. */
  let seconds = new Uint32Array(FIRST_ROOM)
  let ranks = new Uint8Array(FIRST_ROOM)
  let older = new Int32Array(FIRST_ROOM)
  let used = 0
  let free = NONE
  let inUse = 0
  /** Nothing here is older. */
  let droppedTo = 0

  function newNode(second: number, rank: number, next: number): number {
    inUse++
    let node = free
    if (node === NONE) {
      if (used === seconds.length) grow()
      node = used++
    } else free = older[node] as number
    seconds[node] = second
    ranks[node] = rank
    older[node] = next
    return node
  }

  function grow(): void {
    const room = 2 * seconds.length
    seconds = resized(seconds, new Uint32Array(room))
    ranks = resized(ranks, new Uint8Array(room))
    older = resized(older, new Int32Array(room))
  }

  /** Gives back the node and answers the next older one. */
  function freed(node: number): number {
    inUse--
    const next = older[node] as number
    older[node] = free
    free = node
    return next
  }

  /** Ranks rise from the newest node to the oldest; one that a newer node reaches is of no more use. */
  function raise(entry: number, second: number): void {
    const register = entry >>> 6
    const rank = entry & 63
    let before = NONE
    let node = newest[register] as number
    while (node !== NONE && (seconds[node] as number) >= second) {
      if ((ranks[node] as number) >= rank) return
      if (seconds[node] === second) break
      before = node
      node = older[node] as number
    }
    while (node !== NONE && (ranks[node] as number) <= rank) node = freed(node)
    const added = newNode(second, rank, node)
    if (before === NONE) newest[register] = added
    else older[before] = added
    if (node !== NONE) return
    highest[register] = rank
    oldest[register] = second
  }

  /** Cuts off the nodes that are too old. */
  function cut(register: number, second: number): void {
    let last = NONE
    let node = newest[register] as number
    while (node !== NONE && (seconds[node] as number) >= second) {
      last = node
      node = older[node] as number
    }
    while (node !== NONE) node = freed(node)
    if (last === NONE) {
      newest[register] = NONE
      highest[register] = 0
      oldest[register] = 0
      return
    }
    older[last] = NONE
    highest[register] = ranks[last] as number
    oldest[register] = seconds[last] as number
  }

  function add(sketch: Distinct | null, second: number): void {
    if (sketch === null) return
    if (second < droppedTo) droppedTo = 0
    if (typeof sketch === 'number') raise(sketch, second)
    else for (const entry of entriesOf(sketch)) raise(entry, second)
  }

  return {
    add,
    dropBefore(second) {
      if (second <= droppedTo) return
      for (let register = 0; register < registers; register++) {
        if ((oldest[register] as number) < second && newest[register] !== NONE) {
          cut(register, second)
        }
      }
      droppedTo = second
    },
    sketch: () => (inUse === 0 ? null : highest),
    clear() {
      newest.fill(NONE)
      highest.fill(0)
      oldest.fill(0)
      used = 0
      free = NONE
      inUse = 0
      droppedTo = 0
    },
    coarser(to) {
      const target = createSlidingDistinct(to)
      for (let register = 0; register < registers; register++) {
        for (let node = newest[register] as number; node !== NONE; node = older[node] as number) {
          const entry = (register << 6) | (ranks[node] as number)
          target.add(coarserEntry(entry, precision - to), seconds[node] as number)
        }
      }
      return target
    },
  }
}

function resized<T extends Uint32Array | Uint8Array | Int32Array>(from: T, to: T): T {
  to.set(from)
  return to
}
