const LOOK_MS = 500
const parent = process.ppid

/**
 * Ends this process as SIGTERM would once the one that started it is gone: npm passes a signal on to
 * its shell, and the shell ends without passing it further. Call it when the signals are handled.
 */
export function endWithParent() {
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    process.kill(process.pid, 'SIGTERM')
  }, LOOK_MS)
  timer.unref()
  // It ends already: a second signal would mean hurry.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, () => clearInterval(timer))
  }
}
