import { SECOND_MS } from '../../../lib/time.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Pause } from '../../platform/pause.ts'
import type { ShardReader } from './shard-reader.ts'

const LOOK_EVERY_MS = SECOND_MS
/** A look that is later than this means that the process stood still, not the readers. */
const STOOD_STILL_MS = 2 * SECOND_MS

/** Looks at every reader once a second, and starts those anew that wait for longer than anything may take. */
export async function watchReaders(
  readers: () => Iterable<ShardReader>,
  { clock, pause, signal }: { clock: Clock; pause: Pause; signal: AbortSignal },
): Promise<void> {
  let before = clock.monotonicMs()
  while (!signal.aborted) {
    await pause(LOOK_EVERY_MS, signal)
    const now = clock.monotonicMs()
    const lateMs = now - before - LOOK_EVERY_MS
    before = now
    for (const reader of readers()) reader.watch(lateMs > STOOD_STILL_MS ? lateMs : 0)
  }
}
