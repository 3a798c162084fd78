import { setTimeout as wait } from 'node:timers/promises'
import type { Kysely, Transaction } from 'kysely'
import type { Schema } from '../../store/schema.ts'

export type StoreFault =
  | { kind: 'none' }
  /** Nothing is written. */
  | { kind: 'refuses' }
  /** What is written stays, and the writer is told that it failed. */
  | { kind: 'reply_lost'; times: number }
  | { kind: 'slow'; ms: number }

/** A way to the store `db` that transactions may fail on. */
export interface FaultyStore {
  db: Kysely<Schema>
  meet(fault: StoreFault): void
  /** Transactions that failed. */
  failed(): number
}

type Work = (tx: Transaction<Schema>) => Promise<unknown>

export function faultyStore(db: Kysely<Schema>): FaultyStore {
  let fault: StoreFault = { kind: 'none' }
  let failed = 0

  function fail(problem: string): never {
    failed++
    throw new Error(problem)
  }

  async function execute(work: Work): Promise<unknown> {
    if (fault.kind === 'refuses') fail('the store cannot be reached')
    if (fault.kind === 'slow') await wait(fault.ms)
    const result = await db.transaction().execute(work)
    if (fault.kind === 'reply_lost' && fault.times > 0) {
      fault = { ...fault, times: fault.times - 1 }
      fail('the reply was lost')
    }
    return result
  }

  const faulty = new Proxy(db, {
    get(target, name) {
      if (name === 'transaction') return () => ({ execute })
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return {
    db: faulty,
    meet: (next) => {
      fault = next
    },
    failed: () => failed,
  }
}
