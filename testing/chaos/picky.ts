import { sql } from 'kysely'
import type { StreamApp } from '../../server/stream/stream-app.ts'
import type { ChaosTables } from './chaos-tables.ts'
import { chance, type Random } from './random.ts'

const BAD_MOMENTS = 0.01

/**
 * A stream app that counts events and cannot take the poisoned ones; it throws in the middle of a batch. Now
 * and then it throws for no reason, and never twice in a row: then no event is to blame.
 */
export function createPicky(random: Random): StreamApp {
  let open = new Map<string, number>()
  let threw = false
  return {
    name: 'picky',
    fold(events) {
      const hasBadMoment = !threw && chance(random, BAD_MOMENTS)
      threw = false
      events.forEach(({ event }, at) => {
        if (event.props?.poison === true) throw new Error(`poison ${event.id}`)
        open.set(event.type, (open.get(event.type) ?? 0) + 1)
        if (hasBadMoment && at === events.length >> 1) {
          threw = true
          throw new Error('a bad moment')
        }
      })
    },
    discard() {
      open = new Map()
    },
    seal() {
      const rows = [...open].map(([type, n]) => ({ type, n }))
      open = new Map()
      return {
        async write(tx) {
          for (const row of rows) {
            await tx
              .withTables<ChaosTables>()
              .insertInto('chaos_picky')
              .values(row)
              .onConflict((conflict) =>
                conflict.column('type').doUpdateSet({ n: sql`chaos_picky.n + excluded.n` }),
              )
              .execute()
          }
        },
        committed() {},
      }
    },
  }
}
