import type { Kysely } from 'kysely'
import { type DamageCell, NO_DAMAGE } from '../../lib/frames.ts'
import { HOUR_MS } from '../../lib/time.ts'
import { messageOf } from '../platform/errors.ts'
import type { Log } from '../platform/log.ts'
import type { Schema } from '../store/schema.ts'
import type { Damage } from './damage.ts'
import { damageCell } from './damage-report.ts'
import { differences } from './sums.ts'

/** Other threads set rows aside, too. */
const LOOKS_A_REPORT = 10
const SUMS_EVERY_MS = HOUR_MS

/** Sets aside what was found meanwhile, compares sums now and then, and knows what is wrong. */
export interface DamageWatch {
  /** To be called once a second. Never rejects. */
  look(): Promise<void>
  cell(): DamageCell
}

export function createDamageWatch(
  store: { db: Kysely<Schema>; reads(): Kysely<Schema> },
  ports: {
    streamId: number
    damage: Damage
    clock: { now(): number; monotonicMs(): number }
    log: Pick<Log, 'warn' | 'error'>
  },
): DamageWatch {
  const { streamId, damage, clock, log } = ports
  let cell: DamageCell = NO_DAMAGE
  let looks = 0
  let summedAt = Number.NEGATIVE_INFINITY

  /** Of one commit, beside those that are written meanwhile. What differs is shown, not mended. */
  async function sum(): Promise<DamageCell['differences']> {
    const found = await store
      .reads()
      .transaction()
      .execute((tx) => differences(tx, streamId))
    return found.map((text) => {
      const known = cell.differences.find((one) => one.text === text)
      if (known === undefined) log.error({ streamId, problem: text }, 'sums differ')
      return known ?? { since: clock.now(), text }
    })
  }

  return {
    async look() {
      try {
        await damage.flush()
        if (clock.monotonicMs() - summedAt >= SUMS_EVERY_MS) {
          summedAt = clock.monotonicMs()
          cell = { ...cell, differences: await sum() }
        }
        if (looks++ % LOOKS_A_REPORT === 0) {
          cell = { ...cell, ...(await damageCell(store.db, streamId)) }
        }
      } catch (error) {
        log.warn({ problem: messageOf(error) }, 'the store cannot be looked over now')
      }
    },
    cell: () => cell,
  }
}
