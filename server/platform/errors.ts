/** The user can mend it: said in one line, without a stack, and the process ends with code 1. */
export class SetupError extends Error {
  override readonly name = 'SetupError'
}

/** What went wrong in words, for a log line or a status. */
export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error)
