import type { AlertEvent } from '../../lib/alert-rule.ts'

/** Newest first, each once: what was pushed is fresher than what was loaded before. */
export function mergeHistory(
  pushed: readonly AlertEvent[],
  older: readonly AlertEvent[],
): AlertEvent[] {
  const byId = new Map(older.map((event) => [event.id, event]))
  for (const event of pushed) byId.set(event.id, event)
  return [...byId.values()].sort((a, b) => b.id - a.id)
}
