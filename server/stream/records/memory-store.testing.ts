import type { FreshSlice, MemoryNews } from './arrival-slices.ts'

/** What the store keeps of a memory, as `commit/memory-rows.ts` keeps it. */
export interface MemoryStore {
  write(news: MemoryNews): void
  restore<Memory extends { restore(kept: FreshSlice): void }>(memory: Memory): Memory
  slices(): number
}

export function createMemoryStore(): MemoryStore {
  let rows: FreshSlice[] = []
  return {
    write({ forgotten, fresh }) {
      for (const { fromMs, toMs, cut } of forgotten) {
        rows = rows.filter(({ sliceMs }) => sliceMs < fromMs || sliceMs >= toMs)
        if (cut) rows.push({ sliceMs: fromMs, entries: new Uint8Array(0) })
      }
      rows.push(...fresh)
    },
    restore(memory) {
      for (const row of rows) memory.restore(row)
      return memory
    },
    slices: () => new Set(rows.map(({ sliceMs }) => sliceMs)).size,
  }
}
