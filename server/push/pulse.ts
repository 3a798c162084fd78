import type { Health } from '../../lib/frames.ts'
import type { PipelinePort } from '../pipeline-port.ts'
import type { Clock } from '../platform/clock.ts'
import { inTime } from '../platform/in-time.ts'

/**
 * Asks the pipeline again and again whether it is there: it runs in a thread of its own, which may
 * have died or be stuck, and then no frame says so. Returns how to stop.
 */
export function startPulse(options: {
  pipeline: Pick<PipelinePort, 'live' | 'health'>
  clock: Clock
  /** Between one answer and the next question. */
  everyMs: number
  /** No answer for so long is silence. */
  timeoutMs: number
  onSilent: (source: Health) => void
  onHeard: () => void
}): () => void {
  const { pipeline, clock, everyMs, timeoutMs } = options
  let silentSince: number | undefined
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  async function beat(): Promise<void> {
    const heard = await inTime(pipeline.live(), timeoutMs).then(
      () => true,
      () => false,
    )
    if (stopped) return
    if (heard && silentSince !== undefined) options.onHeard()
    if (heard) silentSince = undefined
    else {
      silentSince ??= clock.now()
      const health = pipeline.health()
      options.onSilent(health.kind === 'trouble' ? health : silentHealth(silentSince))
    }
    timer = setTimeout(beat, everyMs)
  }
  timer = setTimeout(beat, everyMs)
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}

const silentHealth = (since: number): Health => ({
  kind: 'trouble',
  since,
  problem: 'The stream pipeline does not answer: the figures stand still',
  remedy: 'It is started anew by itself; if this stays, the log says why',
})
