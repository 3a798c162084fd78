import type { CrossedPair } from '../../../lib/crossed.ts'
import { DIMENSION_LABELS, type Dimension } from '../../../lib/kpis.ts'
import { crossedDimension, type PaneDimension } from '../../window/pane-dimension.ts'
import { type ChangePorts, createKeptMemory, isTimes, type KeptMemoryPorts } from './kept-memory.ts'
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
  ports: ChangePorts,
  crossed: readonly CrossedPair[],
): CrossedSince {
  const { db, streamId } = ports
  const memory = crossedMemory(ports)
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
        if (dimension in since) continue
        await deleteDimension(db, streamId, dimension)
        const [one, other] = dimension.split('*').map(labelOf)
        const text = `${one} and ${other} are no longer counted together: what was counted of pairs of them is deleted.`
        ports.onChange({ kind: 'pair_gone', text })
      }
      await memory.write(since)
    },
  }
}

/** As a sentence begins, or goes on, with it. */
function labelOf(dimension: string, at: number): string {
  const { one } = DIMENSION_LABELS[dimension as Dimension] ?? { one: dimension }
  return at === 0 ? `${one.charAt(0).toUpperCase()}${one.slice(1)}` : one
}

export const crossedMemory = (ports: KeptMemoryPorts) =>
  createKeptMemory<Memory>(ports, NAME, isTimes)
