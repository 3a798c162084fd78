import type { Kysely } from 'kysely'
import { type DamageCell, NO_DAMAGE } from '../../lib/frames.ts'
import { messageOf } from '../platform/errors.ts'
import type { Log } from '../platform/log.ts'
import type { Schema } from '../store/schema.ts'
import type { Damage } from './damage.ts'
import { damageCell } from './damage-report.ts'

/** Other threads set rows aside, too. */
const LOOKS_A_REPORT = 10

/** Sets aside what was found meanwhile, and knows what was. */
export interface DamageWatch {
  /** To be called once a second. Never rejects. */
  look(): Promise<void>
  cell(): DamageCell
}

export function createDamageWatch(
  db: Kysely<Schema>,
  { streamId, damage, log }: { streamId: number; damage: Damage; log: Pick<Log, 'warn'> },
): DamageWatch {
  let cell: DamageCell = NO_DAMAGE
  let looks = 0
  return {
    async look() {
      try {
        await damage.flush()
        if (looks++ % LOOKS_A_REPORT === 0) cell = await damageCell(db, streamId)
      } catch (error) {
        log.warn({ problem: messageOf(error) }, 'damaged rows cannot be set aside now')
      }
    },
    cell: () => cell,
  }
}
