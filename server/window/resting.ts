import { frozenBytes } from './codec.ts'
import type { Held } from './held.ts'

/** Panes at rest: encoded, equal to what the store has, bounded in bytes, the longest unused leaving first. */
export interface Resting {
  /** Puts it in, or says that it was used. */
  add(held: Held): void
  remove(held: Held): void
  has(held: Held): boolean
  /** Nothing leaves until what this answers is called. */
  hold(): () => void
  evict(): void
  sizes(): { resting: number; restingBytes: number }
}

export function createResting(maxBytes: number, leave: (held: Held) => void): Resting {
  const resting = new Map<Held, number>()
  let bytes = 0
  let holds = 0

  function remove(held: Held): void {
    bytes -= resting.get(held) ?? 0
    resting.delete(held)
  }

  function evict(): void {
    if (holds > 0) return
    for (const held of resting.keys()) {
      if (bytes <= maxBytes) return
      remove(held)
      leave(held)
    }
  }

  return {
    add(held) {
      remove(held)
      const size = frozenBytes(held.frozen)
      resting.set(held, size)
      bytes += size
    },
    remove,
    has: (held) => resting.has(held),
    hold() {
      holds++
      return () => {
        holds--
        evict()
      }
    },
    evict,
    sizes: () => ({ resting: resting.size, restingBytes: bytes }),
  }
}
