import type { Health } from '../lib/frames.ts'
import type { EmbeddedStream } from './embedded/embedded-stream.ts'
import { causeOf, createDeaths } from './pipeline-deaths.ts'
import type { Clock } from './platform/clock.ts'
import type { Log } from './platform/log.ts'
import { backoffMs } from './platform/retry.ts'

const RESTART = { baseMs: 500, capMs: 30_000 }
/** One that ran this long had recovered from what ended the one before. */
const SETTLED_MS = 60_000

/** Running for so long, in ms, it has got over what ended the one before. */
const PROGRESS_AFTER_MS = 10_000

export interface KeptStream extends Omit<EmbeddedStream, 'onFailure'> {
  /** Trouble: it ends again and again. */
  health(): Health
}

/** The embedded stream, started anew at the same endpoint whenever it ends by itself. */
export async function keepEmbedded(
  start: (again: { port: number; demo: boolean } | undefined) => Promise<EmbeddedStream>,
  { clock, random, log }: { clock: Clock; random: () => number; log: Log },
): Promise<KeptStream> {
  let stream = await start(undefined)
  let demo = stream.demo() === 'on'
  let startedMs = clock.monotonicMs()
  let failures = 0
  let timer: NodeJS.Timeout | undefined
  let restarting: Promise<void> | undefined
  let stopped = false
  const { endpoint, port } = stream
  const deaths = createDeaths('The embedded stream', clock)
  let isUp = true
  stream.onFailure(later)

  function later(error: unknown): void {
    if (stopped) return
    noteProgress()
    isUp = false
    deaths.died(causeOf(error))
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
      isUp = true
      // Switched while it started.
      if ((stream.demo() === 'on') !== demo) stream.setDemo(demo)
      stream.onFailure(later)
    } catch (error) {
      log.error({ err: error }, 'embedded stream cannot be started')
      later(error)
    }
  }

  function noteProgress(): void {
    if (isUp && clock.monotonicMs() - startedMs > PROGRESS_AFTER_MS) deaths.progressed()
  }

  return {
    endpoint,
    port,
    health() {
      noteProgress()
      return deaths.health()
    },
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
