import { BUILT_IN } from '../../lib/kpi-catalog.ts'
import type { IngestPorts } from '../../server/stream/records/ingest.ts'
import { createPutAgain } from '../../server/stream/records/put-again.ts'
import { createSeenIds } from '../../server/stream/records/seen-ids.ts'
import { newShard } from '../../server/stream/shards/shard-progress.ts'
import { createMeasureSet } from '../../server/window/measures.ts'
import { createPending } from '../../server/window/pending.ts'
import { createPins } from '../../server/window/pins.ts'
import { createRetention } from '../../server/window/retention.ts'

/** What is folded at a stretch before panes and ids are taken out, as a commit does while catching up. */
const SEAL_EVERY = 60_000

export interface Rate {
  /** Of a core: by processor time, the collector's too. */
  aSecond: number
}

export function measured(count: number, work: () => void): Rate {
  const cpu = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(cpu)
  return { aSecond: Math.round((count * 1e6) / (user + system)) }
}

export interface Folding {
  ports: IngestPorts
  applied(): number
  /** Folds the last that are in hand. */
  end(): void
  /** Ids that arrived before are forgotten, as they are in time. */
  forgetBefore(arrivalMs: number): void
}

/**
 * Folds what is applied into all KPIs and dimensions, as of `now`. `rememberAll`: every id goes into the memory of ids,
 * also those that were made of an event's place.
 */
export function folding(now: number, { rememberAll = false } = {}): Folding {
  const measures = createMeasureSet(BUILT_IN.kpis)
  const retention = createRetention()
  const { crossed } = BUILT_IN
  const pending = createPending({ measures, crossed, pins: createPins(), retention })
  let applied = 0
  const seen = createSeenIds()
  const putAgain = createPutAgain({ maxUnits: 1_000_000 })
  const ports: IngestPorts = {
    seen,
    putAgain,
    history: { now, keptFrom: retention.oldest(now) },
    apply({ event }) {
      if (rememberAll && seen.check(event.id, now)) return
      pending.add(event, now, event.time)
      if (++applied % SEAL_EVERY > 0) return
      pending.take()
      seen.takeNews()
      putAgain.takeNews()
    },
    reject() {},
  }
  return {
    ports,
    applied: () => applied,
    end: () => void pending.take(),
    forgetBefore(arrivalMs) {
      seen.forgetBefore(arrivalMs)
      putAgain.forgetBefore(arrivalMs)
    },
  }
}

export const aShard = () =>
  newShard({ shardId: 's', parents: [], hashFrom: '0', hashTo: '1', closed: false })

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
