import { sql, type Transaction } from 'kysely'
import type { Schema } from '../../store/schema.ts'
import type { AppliedEvent, SealedWork, StreamApp } from '../../stream/stream-app.ts'

const MICROS_PER_UNIT = 1_000_000

/** As a literal: a bound number is a float to SQLite, and the division would be one too. */
const UNIT = sql.lit(MICROS_PER_UNIT)

/** What has no account is summed under this one. */
export const NO_ACCOUNT = ''

/** Distinct types and accounts added in one commit are few; what is written is their number, not events. */
interface Pending {
  events: Map<string, number>
  money: Map<string, MoneySum>
}

/** Exact: units and micro-units are added apart, each far below 2^53 in one commit. */
interface MoneySum {
  kind: 'cost' | 'revenue'
  account: string
  currency: string
  units: number
  micros: number
}

/** All-time totals, exact to the micro-unit: what `GET /api/v1/totals` answers. */
export function createTotalsApp(): StreamApp {
  let pending = nothing()
  return {
    name: 'totals',
    fold(events) {
      for (const applied of events) add(pending, applied)
    },
    discard() {
      pending = nothing()
    },
    seal() {
      const sealed = pending
      pending = nothing()
      return sealedWork(sealed)
    },
  }
}

const nothing = (): Pending => ({ events: new Map(), money: new Map() })

function add(pending: Pending, { event }: AppliedEvent): void {
  pending.events.set(event.type, (pending.events.get(event.type) ?? 0) + 1)
  const { account = NO_ACCOUNT, currency, costMicros, revenueMicros } = event
  if (costMicros !== undefined) addMoney(pending, 'cost', account, currency, costMicros)
  if (revenueMicros !== undefined) addMoney(pending, 'revenue', account, currency, revenueMicros)
}

function addMoney(
  { money }: Pending,
  kind: MoneySum['kind'],
  account: string,
  currency: string,
  amountMicros: number,
): void {
  // A currency has three letters, so that no two keys can be equal by accident.
  const key = `${kind}${currency}${account}`
  let sum = money.get(key)
  if (sum === undefined) {
    sum = { kind, account, currency, units: 0, micros: 0 }
    money.set(key, sum)
  }
  const micros = amountMicros % MICROS_PER_UNIT
  sum.units += (amountMicros - micros) / MICROS_PER_UNIT
  sum.micros += micros
}

const sealedWork = (sealed: Pending): SealedWork => ({
  async write(tx, streamId) {
    for (const [type, n] of sealed.events) await addEvents(tx, streamId, type, n)
    for (const sum of sealed.money.values()) await addSum(tx, streamId, sum)
  },
  committed() {},
})

async function addEvents(tx: Transaction<Schema>, streamId: number, type: string, n: number) {
  await tx
    .insertInto('event_total')
    .values({ stream_id: streamId, type, n })
    .onConflict((conflict) =>
      conflict.columns(['stream_id', 'type']).doUpdateSet({ n: sql`event_total.n + excluded.n` }),
    )
    .execute()
}

/** The store keeps micro-units below a unit, so that neither column can overflow. */
async function addSum(tx: Transaction<Schema>, streamId: number, sum: MoneySum) {
  const { kind, account, currency, units, micros } = sum
  await tx
    .insertInto('money_total')
    .values({ stream_id: streamId, kind, account, currency, ...carried(units, micros) })
    .onConflict((conflict) =>
      conflict.columns(['stream_id', 'kind', 'account', 'currency']).doUpdateSet({
        units: sql`money_total.units + excluded.units
          + (money_total.micros + excluded.micros) / ${UNIT}`,
        micros: sql`(money_total.micros + excluded.micros) % ${UNIT}`,
      }),
    )
    .execute()
}

function carried(units: number, micros: number): { units: number; micros: number } {
  const rest = micros % MICROS_PER_UNIT
  return { units: units + (micros - rest) / MICROS_PER_UNIT, micros: rest }
}
