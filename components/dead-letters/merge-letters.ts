import type { DeadLetter } from '../../lib/api.ts'

/** `joined`: the two overlap, or one is empty, so that no letter between them is missing. */
export function mergeLetters(
  held: readonly DeadLetter[],
  fresh: readonly DeadLetter[],
): { letters: DeadLetter[]; joined: boolean } {
  const byId = new Map([...held, ...fresh].map((letter) => [letter.id, letter]))
  const letters = [...byId.values()].sort((a, b) => b.id - a.id)
  const overlap = letters.length < held.length + fresh.length
  return { letters, joined: overlap || held.length === 0 || fresh.length === 0 }
}
