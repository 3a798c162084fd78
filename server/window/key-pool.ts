/** Strings of one generation; two are alive. */
const MAX_GENERATION = 50_000
/** What a string takes in memory beside its characters, about. */
const STRING_BYTES = 16

/** One string object for equal keys, so that thousands of panes share it. Forgets the unused. */
export interface KeyPool {
  intern(key: string): string
  /** Bytes of all strings so far that were new to it: whoever had them interned is the first to hold them. */
  newBytes(): number
}

export function createKeyPool(): KeyPool {
  let young = new Map<string, string>()
  let old = new Map<string, string>()
  let newBytes = 0

  function fromOld(key: string): string {
    const known = old.get(key)
    if (known !== undefined) return known
    newBytes += STRING_BYTES + key.length
    return key
  }

  return {
    intern(key) {
      const known = young.get(key)
      if (known !== undefined) return known
      const shared = fromOld(key)
      if (young.size >= MAX_GENERATION) {
        old = young
        young = new Map()
      }
      young.set(shared, shared)
      return shared
    },
    newBytes: () => newBytes,
  }
}
