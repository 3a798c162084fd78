/** Waits for work that goes on by itself, but not longer than `ms`; rejects as it does. */
export async function patiently(work: Promise<void>, ms: number): Promise<void> {
  if (!Number.isFinite(ms)) return work
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  try {
    await Promise.race([work, over])
  } finally {
    clearTimeout(timer)
  }
}

/** Work that is begun again only when it is done. */
export function createOneAtATime(): (work: () => Promise<void>) => Promise<void> {
  let running: Promise<void> | undefined
  return (work) => {
    if (running === undefined) {
      running = work().finally(() => {
        running = undefined
      })
      // Whoever no longer waits for it hears of it the next time.
      running.catch(() => {})
    }
    return running
  }
}
