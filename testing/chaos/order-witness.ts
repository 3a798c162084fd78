import type { Kysely } from 'kysely'
import type { Schema } from '../../server/store/schema.ts'
import type { AppliedEvent, StreamApp } from '../../server/stream/stream-app.ts'
import { type ChaosTables, withChaos } from './chaos-tables.ts'

/** What it saw that must not be; more are not kept. */
const MAX_VIOLATIONS = 100

/**
 * A stream app that stores the last `n` of each partition key, in the commit that moves the checkpoint, and
 * every event that did not come right after the one before it.
 */
export function createOrderWitness(db: Kysely<Schema>): StreamApp {
  const sealed = new Map<string, number>()
  let open = new Map<string, number>()
  let violations: string[] = []

  function look({ event, shardId, sequenceNumber, index }: AppliedEvent): void {
    const props = orderOf(event.props)
    if (props === undefined) return
    const last = open.get(props.key) ?? sealed.get(props.key) ?? 0
    if (props.n !== last + 1 && violations.length < MAX_VIOLATIONS) {
      const came = `${props.key}: after ${last} came ${props.n}`
      violations.push(`${came} (${shardId}, ${sequenceNumber}, ${index})`)
    }
    open.set(props.key, props.n)
  }

  return {
    name: 'order-witness',
    async restore() {
      const rows = await withChaos(db).selectFrom('chaos_order').selectAll().execute()
      for (const { key, n } of rows) sealed.set(key, n)
    },
    fold(events) {
      for (const applied of events) look(applied)
    },
    discard() {
      open = new Map()
      violations = []
    },
    seal() {
      const rows = [...open].map(([key, n]) => ({ key, n }))
      const seen = violations.map((detail) => ({ detail }))
      for (const [key, n] of open) sealed.set(key, n)
      open = new Map()
      violations = []
      return {
        async write(tx) {
          const chaos = tx.withTables<ChaosTables>()
          for (const row of rows) {
            await chaos
              .insertInto('chaos_order')
              .values(row)
              .onConflict((conflict) => conflict.column('key').doUpdateSet({ n: row.n }))
              .execute()
          }
          if (seen.length > 0) await chaos.insertInto('chaos_violation').values(seen).execute()
        },
        committed() {},
      }
    },
  }
}

function orderOf(props: Record<string, unknown> | undefined) {
  const { key, n, loose } = props ?? {}
  return typeof key === 'string' && typeof n === 'number' && loose === undefined
    ? { key, n }
    : undefined
}
