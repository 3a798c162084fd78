import type { CrossedPair } from '../../../lib/crossed.ts'
import { crossedDimension, type PaneDimension } from '../../window/pane-dimension.ts'
import { createKeptMemory, isTimes, type KeptMemoryPorts } from './kept-memory.ts'
import { deleteDimension } from './pane-rows.ts'

/** Since when pairs of dimensions are measured: one that was added to a stream's catalog has no past. */
export interface CrossedSince {
  /** Epoch ms of event time before which the dimension was not measured; −∞: as long as the stream. */
  of(dimension: PaneDimension): number
  /**
   * Learns from the store which pairs were crossed before, and tells it which are now; the panes of those that no
   * longer are go. `isNew`: nothing of the stream was ever measured.
   */
  remember(stream: { isNew: boolean; now: number }): Promise<void>
}

const NAME = 'panes_crossed'

/** By dimension, epoch ms; null: as long as the stream. */
type Memory = Partial<Record<PaneDimension, number | null>>

export function createCrossedSince(
  ports: KeptMemoryPorts,
  crossed: readonly CrossedPair[],
): CrossedSince {
  const { db, streamId } = ports
  const memory = createKeptMemory<Memory>(ports, NAME, isTimes)
  let since: Memory = {}

  return {
    of: (dimension) => since[dimension] ?? Number.NEGATIVE_INFINITY,
    async remember({ isNew, now }) {
      const before: Memory = (await memory.read()) ?? {}
      const first = isNew ? null : now
      since = {}
      for (const dimension of crossed.map(crossedDimension)) {
        const known = before[dimension]
        since[dimension] = known === undefined ? first : known
      }
      for (const dimension of Object.keys(before) as PaneDimension[]) {
        if (!(dimension in since)) await deleteDimension(db, streamId, dimension)
      }
      await memory.write(since)
    },
  }
}
