import type { SqliteStatement } from 'kysely'

/** Statements of a connection that are kept, the longest unused leaving first. */
const MAX_KEPT = 128

/**
 * Prepares each statement once. A statement keeps the bytes that were bound to it until it is collected, outside of the
 * heap, where the collector does not see them: made anew for each use they added up to hundreds of megabytes.
 * One that failed is forgotten: where it met a lock it would stay active.
 */
export function preparedOnce(
  prepare: (statement: string) => SqliteStatement,
  /** Told of each statement that fails. */
  onError: (error: unknown) => void = () => {},
): (statement: string) => SqliteStatement {
  const kept = new Map<string, SqliteStatement>()

  function keep(statement: string, prepared: SqliteStatement): SqliteStatement {
    kept.delete(statement)
    kept.set(statement, prepared)
    for (const oldest of kept.keys()) {
      if (kept.size <= MAX_KEPT) break
      kept.delete(oldest)
    }
    return prepared
  }

  function forgetting(statement: string, prepared: SqliteStatement): SqliteStatement {
    function attempt<T>(use: () => T): T {
      try {
        return use()
      } catch (error) {
        kept.delete(statement)
        onError(error)
        throw error
      }
    }
    return {
      reader: prepared.reader,
      all: (parameters) => attempt(() => prepared.all(parameters)),
      run: (parameters) => attempt(() => prepared.run(parameters)),
      iterate: (parameters) => prepared.iterate(parameters),
    }
  }

  return (statement) =>
    keep(statement, kept.get(statement) ?? forgetting(statement, prepare(statement)))
}
