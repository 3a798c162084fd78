import { BUILT_IN } from '../../../lib/kpi-catalog.ts'
import type { Kpi } from '../../../lib/kpis.ts'
import { SECOND_MS } from '../../../lib/time.ts'
import { measuresOf } from '../../window/measures.ts'
import { stepEnd } from '../../window/window-range.ts'
import { createKeptMemory, isTimes, type KeptMemoryPorts } from './kept-memory.ts'

/** Since when KPIs are measured: one that came to the catalog later has no past, and what it lacks is not 0. */
export interface MeasuredSince {
  /** Epoch ms of event time before which not all of it was measured; −∞: as long as the stream. */
  of(kpi: Kpi): number
  /**
   * Learns from the store what was measured before, and tells it what is now. What is new is measured from the
   * newest event on that was read until now. `isNew`: nothing of the stream was ever measured.
   */
  remember(stream: { isNew: boolean; now: number }): Promise<void>
}

const NAME = 'measured_since'

/** By the name of what is measured, epoch ms; null: as long as the stream. */
type Memory = Record<string, number | null>

const namesOf = ({ formula }: Kpi): string[] => measuresOf(formula).map(({ name }) => name)

/** What every version measured. */
const FIRST: Memory = Object.fromEntries(
  BUILT_IN.kpis.flatMap(namesOf).map((name) => [name, null] as const),
)

export function createMeasuredSince(ports: KeptMemoryPorts, kpis: readonly Kpi[]): MeasuredSince {
  const { db, streamId } = ports
  const memory = measuredMemory(ports)
  let since: Memory = {}

  /** The end of the second that the newest event read so far lies in, or `now` lies in where none is known of. */
  async function nextSecond(now: number): Promise<number> {
    const row = await db
      .selectFrom('shard')
      .select(({ fn }) => fn.max('newest_event_ms').as('newest'))
      .where('stream_id', '=', streamId)
      .executeTakeFirst()
    const newest = row?.newest
    return stepEnd(Number.isFinite(newest) ? Number(newest) : now, SECOND_MS)
  }

  return {
    of(kpi) {
      const all = namesOf(kpi).map((name) => since[name] ?? Number.NEGATIVE_INFINITY)
      return Math.max(...all)
    },
    async remember({ isNew, now }) {
      const before: Memory = (await memory.read()) ?? FIRST
      const fresh = isNew ? null : await nextSecond(now)
      since = {}
      for (const name of kpis.flatMap(namesOf)) {
        const known = before[name]
        since[name] = known === undefined ? fresh : known
      }
      await memory.write(since)
    },
  }
}

export const measuredMemory = (ports: KeptMemoryPorts) =>
  createKeptMemory<Memory>(ports, NAME, isTimes)
