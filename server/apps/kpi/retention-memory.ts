import type { FoundChange } from '../../../lib/counting-change.ts'
import { durationText } from '../../../lib/duration.ts'
import {
  DEFAULT_KEEP,
  goneBefore,
  keepMsOf,
  type Retention,
  type RetentionMemory,
} from '../../window/retention.ts'
import { type ChangePorts, createKeptMemory, type KeptMemoryPorts } from './kept-memory.ts'

const NAME = 'panes_kept'

/** Tells the retention what times that held before have deleted, and remembers those that hold now. */
export async function rememberRetention(
  ports: ChangePorts,
  retention: Retention,
  now: number,
): Promise<void> {
  const memory = retentionMemory(ports)
  // Stores of the first versions were kept by the default times.
  const kept = await memory.read()
  const before = kept ?? { keepMs: keepMsOf(DEFAULT_KEEP), goneBefore: [] }
  const gone = goneBefore(before, retention.keepMs, now)
  retention.goneBefore(gone)
  // JSON has no infinity.
  const finite = gone.map((time) => (Number.isFinite(time) ? time : null))
  if (kept !== undefined) {
    for (const change of keptShorter(kept.keepMs, retention.keepMs)) ports.onChange(change)
  }
  await memory.write({ keepMs: retention.keepMs, goneBefore: finite })
}

const NAMES = ['second', '10 seconds', 'minute', 'hour']

/** What is deleted does not come back with a longer time. */
const keptShorter = (before: readonly number[], now: readonly number[]): FoundChange[] =>
  now.flatMap((keepMs, level) => {
    const keptMs = before[level] ?? keepMs
    const [is, was] = [durationText(keepMs), durationText(keptMs)]
    const text = `Counts for each ${NAMES[level]} are kept for ${is} instead of ${was}: older ones are deleted, and do not come back.`
    return keepMs < keptMs ? [{ kind: 'kept_shorter', text }] : []
  })

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

export const retentionMemory = (ports: KeptMemoryPorts) =>
  createKeptMemory<RetentionMemory>(ports, NAME, isMemory)
