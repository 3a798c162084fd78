// Everything goes to stderr: stdout belongs to what the command itself prints.
const live = process.stderr.isTTY === true
const seconds = (since) => Math.round((performance.now() - since) / 1_000)

export const say = (text) => process.stderr.write(`${text}\n`)

/**
 * Runs `work` and tells how long it has been at it: each second on a terminal, every 10 s in a log.
 * Resolves or rejects as `work` does.
 */
export async function step(label, work) {
  const since = performance.now()
  const show = live
    ? () => process.stderr.write(`\r\x1b[2K${label} … ${seconds(since)} s`)
    : () => say(`${label} … ${seconds(since)} s`)
  if (live) show()
  else say(`${label} …`)
  const timer = setInterval(show, live ? 1_000 : 10_000)
  const end = (word) => {
    clearInterval(timer)
    say(`${live ? '\r\x1b[2K' : ''}${label}: ${word} ${seconds(since)} s`)
  }
  try {
    const result = await work()
    end('done in')
    return result
  } catch (error) {
    end('failed after')
    throw error
  }
}
