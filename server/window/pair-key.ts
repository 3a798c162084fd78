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
