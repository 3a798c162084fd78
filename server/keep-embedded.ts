import type { EmbeddedStream } from './embedded/embedded-stream.ts'
import type { Clock } from './platform/clock.ts'
import type { Log } from './platform/log.ts'
import { backoffMs } from './platform/retry.ts'

const RESTART = { baseMs: 500, capMs: 30_000 }
/** One that ran this long had recovered from what ended the one before. */
const SETTLED_MS = 60_000

/** The embedded stream, started anew at the same endpoint whenever it ends by itself. */
export async function keepEmbedded(
  start: (again: { port: number; demo: boolean } | undefined) => Promise<EmbeddedStream>,
  { clock, random, log }: { clock: Clock; random: () => number; log: Log },
): Promise<Omit<EmbeddedStream, 'onFailure'>> {
  let stream = await start(undefined)
  let demo = stream.demo() === 'on'
  let startedMs = clock.monotonicMs()
  let failures = 0
  let timer: NodeJS.Timeout | undefined
  let restarting: Promise<void> | undefined
  let stopped = false
  const { endpoint, port } = stream
  stream.onFailure(later)

  function later(): void {
    if (stopped) return
    failures = clock.monotonicMs() - startedMs > SETTLED_MS ? 0 : failures + 1
    const waitMs = backoffMs(failures, random(), RESTART)
    log.warn({ waitMs }, 'embedded stream ended, starting it anew')
    timer = setTimeout(() => {
      restarting = again()
    }, waitMs)
  }

  async function again(): Promise<void> {
    startedMs = clock.monotonicMs()
    try {
      stream = await start({ port, demo })
      // Switched while it started.
      if ((stream.demo() === 'on') !== demo) stream.setDemo(demo)
      stream.onFailure(later)
    } catch (error) {
      log.error({ err: error }, 'embedded stream cannot be started')
      later()
    }
  }

  return {
    endpoint,
    port,
    demo: () => (demo ? 'on' : 'off'),
    setDemo(on) {
      demo = on
      stream.setDemo(on)
    },
    async stop() {
      stopped = true
      clearTimeout(timer)
      await restarting
      await stream.stop()
    },
  }
}
