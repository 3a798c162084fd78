/**
 * Gives `work` a signal of its own that follows `signal`: the SDK leaves its listeners on whatever it is given, and
 * `signal` may live as long as the process.
 */
export async function withOwnSignal<T>(
  signal: AbortSignal | undefined,
  work: (options: { abortSignal?: AbortSignal }) => Promise<T>,
): Promise<T> {
  if (signal === undefined) return work({})
  const own = new AbortController()
  const follow = () => own.abort(signal.reason)
  if (signal.aborted) follow()
  signal.addEventListener('abort', follow, { once: true })
  try {
    return await work({ abortSignal: own.signal })
  } finally {
    signal.removeEventListener('abort', follow)
  }
}
