/**
 * For so long after a change the address itself may say less: while the page draws it, the router puts back what was drawn
 * before, and a change that began with that would lose those since.
 */
const SETTLES_WITHIN_MS = 2_000

/** The query that changes of the address begin with: what was said last, though the page has not drawn it yet. */
export interface AddressAhead {
  /** `actual`: what the address says. `at` in ms, of any clock. */
  query(actual: string, at: number): string
  changed(query: string, at: number): void
  /** Somebody else says what it is: another page, or a step back. */
  left(): void
}

export function createAddressAhead(): AddressAhead {
  let said: { query: string; at: number } | undefined
  return {
    query(actual, at) {
      const isFresh = said !== undefined && Math.abs(at - said.at) < SETTLES_WITHIN_MS
      return isFresh && said !== undefined ? said.query : actual
    },
    changed(query, at) {
      said = { query, at }
    },
    left() {
      said = undefined
    },
  }
}
