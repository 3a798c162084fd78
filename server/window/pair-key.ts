/**
 * The key of a pair of keys: the length of the first in UTF-16 units, a colon, the first, the second. No two pairs
 * share one, whatever is in them, and it never begins as the keys with a meaning of their own do.
 */
export const pairKey = (first: string, second: string): string =>
  `${first.length}:${first}${second}`

/** undefined: it is not the key of a pair. */
export function splitPair(key: string): readonly [first: string, second: string] | undefined {
  const length = /^(\d+):/.exec(key)
  if (length === null) return undefined
  const start = length[0].length
  const end = start + Number(length[1])
  return end > key.length ? undefined : [key.slice(start, end), key.slice(end)]
}

/** Pairs that are remembered at a time. */
const MAX_REMEMBERED = 8_192

/** As `pairKey`, but answers the same string again: making one anew for every event takes longer than all else. */
export function createPairKeys(): (first: string, second: string) => string {
  const known = new Map<string, Map<string, string>>()
  let size = 0

  function remember(first: string, second: string): string {
    if (++size > MAX_REMEMBERED) {
      known.clear()
      size = 1
    }
    const key = pairKey(first, second)
    const ofFirst = known.get(first)
    if (ofFirst === undefined) known.set(first, new Map([[second, key]]))
    else ofFirst.set(second, key)
    return key
  }

  return (first, second) => known.get(first)?.get(second) ?? remember(first, second)
}
