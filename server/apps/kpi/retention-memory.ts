import {
  DEFAULT_KEEP,
  goneBefore,
  keepMsOf,
  type Retention,
  type RetentionMemory,
} from '../../window/retention.ts'
import { createKeptMemory, type KeptMemoryPorts } from './kept-memory.ts'

const NAME = 'panes_kept'

/** Tells the retention what times that held before have deleted, and remembers those that hold now. */
export async function rememberRetention(
  ports: KeptMemoryPorts,
  retention: Retention,
  now: number,
): Promise<void> {
  const memory = createKeptMemory<RetentionMemory>(ports, NAME, isMemory)
  // Stores of the first versions were kept by the default times.
  const before = (await memory.read()) ?? { keepMs: keepMsOf(DEFAULT_KEEP), goneBefore: [] }
  const gone = goneBefore(before, retention.keepMs, now)
  retention.goneBefore(gone)
  // JSON has no infinity.
  const finite = gone.map((time) => (Number.isFinite(time) ? time : null))
  await memory.write({ keepMs: retention.keepMs, goneBefore: finite })
}

function isMemory(value: unknown): value is RetentionMemory {
  if (typeof value !== 'object' || value === null) return false
  const { keepMs, goneBefore } = value as Partial<RetentionMemory>
  const isTime = (time: unknown) => time === null || Number.isFinite(time)
  return (
    Array.isArray(keepMs) &&
    keepMs.every(Number.isFinite) &&
    Array.isArray(goneBefore) &&
    goneBefore.every(isTime)
  )
}
