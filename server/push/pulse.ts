import type { Health } from '../../lib/frames.ts'
import type { PipelinePort } from '../pipeline-port.ts'
import type { Clock } from '../platform/clock.ts'
import { inTime } from '../platform/in-time.ts'
import { silenceOf } from '../silence.ts'

/** A time-out that comes so much later than it should. */
const STOOD_STILL_MS = 1_000

/**
 * Asks the pipeline again and again whether it is there: it runs in a thread of its own, which may
 * have died or be stuck, and then no frame says so. Returns how to stop.
 */
export function startPulse(options: {
  pipeline: Pick<PipelinePort, 'live' | 'health' | 'isUp'>
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
    const askedAt = clock.monotonicMs()
    const heard = await inTime(pipeline.live(), timeoutMs).then(
      () => true,
      () => false,
    )
    if (stopped) return
    // The time-out came late: it is this thread that stood still, and the answer may lie here already.
    if (!heard && clock.monotonicMs() - askedAt > timeoutMs + STOOD_STILL_MS) {
      timer = setTimeout(beat, 0)
      return
    }
    if (heard && silentSince !== undefined) options.onHeard()
    if (heard) silentSince = undefined
    else {
      silentSince ??= clock.now()
      options.onSilent(silenceOf(pipeline, silentSince))
    }
    timer = setTimeout(beat, everyMs)
  }
  timer = setTimeout(beat, everyMs)
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}
