import { once } from 'node:events'
import { createInterface } from 'node:readline/promises'

/** Asks whoever sits at the terminal; `stop`: Ctrl+C or Ctrl+D instead of an answer. */
export async function askWhether(
  question: string,
  { input, output }: { input: NodeJS.ReadableStream; output: NodeJS.WritableStream },
): Promise<'yes' | 'no' | 'stop'> {
  const terminal = createInterface({ input, output })
  const left = Promise.race([once(terminal, 'SIGINT'), once(terminal, 'close')])
  try {
    const answer = await Promise.race([terminal.question(question), left.then(() => undefined)])
    if (answer === undefined) return 'stop'
    return /^y(es)?$/i.test(answer.trim()) ? 'yes' : 'no'
  } finally {
    terminal.close()
  }
}
