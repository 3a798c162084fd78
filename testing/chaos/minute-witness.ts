import { sql } from 'kysely'
import { MINUTE_MS } from '../../lib/time.ts'
import type { StreamApp } from '../../server/stream/stream-app.ts'
import type { ChaosTables } from './chaos-tables.ts'

/** A stream app that counts the page views of each minute that panes keep, in a table of its own: it has no panes. */
export function createMinuteWitness(): StreamApp {
  let open = new Map<number, number>()
  return {
    name: 'minute-witness',
    fold(events) {
      for (const { event, beyond } of events) {
        if (beyond || event.type !== 'page_view') continue
        const start = event.time - (event.time % MINUTE_MS)
        open.set(start, (open.get(start) ?? 0) + 1)
      }
    },
    discard() {
      open = new Map()
    },
    seal() {
      const rows = [...open].map(([start_ms, n]) => ({ start_ms, n }))
      open = new Map()
      return {
        async write(tx) {
          for (const row of rows) {
            await tx
              .withTables<ChaosTables>()
              .insertInto('chaos_minute')
              .values(row)
              .onConflict((conflict) =>
                conflict.column('start_ms').doUpdateSet({ n: sql`chaos_minute.n + excluded.n` }),
              )
              .execute()
          }
        },
        committed() {},
      }
    },
  }
}
