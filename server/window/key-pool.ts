/** Strings of one generation; two are alive. */
const MAX_GENERATION = 50_000

/** Answers the same string object for equal keys, so that thousands of panes share it. Forgets the unused. */
export function createKeyPool(): (key: string) => string {
  let young = new Map<string, string>()
  let old = new Map<string, string>()
  return (key) => {
    let known = young.get(key)
    if (known !== undefined) return known
    known = old.get(key) ?? key
    if (young.size >= MAX_GENERATION) {
      old = young
      young = new Map()
    }
    young.set(known, known)
    return known
  }
}
