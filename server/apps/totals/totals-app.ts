import { type Insertable, sql, type Transaction } from 'kysely'
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
  /** Sums that no more is added to: another of the same kind, account and currency goes on. */
  full: MoneySum[]
}

/** One amount more stays below 2^53. */
const FULL_UNITS = 2 ** 52

/** Exact: units and micro-units are added apart, each below 2^53. */
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
    readsFields: true,
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

const nothing = (): Pending => ({ events: new Map(), money: new Map(), full: [] })

function add(pending: Pending, { event }: AppliedEvent): void {
  pending.events.set(event.type, (pending.events.get(event.type) ?? 0) + 1)
  const { account = NO_ACCOUNT, currency, costMicros, revenueMicros } = event
  if (costMicros !== undefined) addMoney(pending, 'cost', account, currency, costMicros)
  if (revenueMicros !== undefined) addMoney(pending, 'revenue', account, currency, revenueMicros)
}

function addMoney(
  { money, full }: Pending,
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
  if (Math.abs(sum.units) < FULL_UNITS) return
  full.push(sum)
  money.delete(key)
}

/** Rows in one statement. */
const ROWS_A_STATEMENT = 500

const sealedWork = ({ events, money, full }: Pending): SealedWork => ({
  async write(tx, streamId) {
    const counts = Array.from(events, ([type, n]) => ({ stream_id: streamId, type, n }))
    const sums = [...full, ...money.values()].map(({ units, micros, ...sum }) => {
      return { stream_id: streamId, ...sum, ...carried(units, micros) }
    })
    for (const rows of chunksOf(counts)) await addEvents(tx, rows)
    for (const rows of chunksOf(sums)) await addSums(tx, rows)
  },
  committed() {},
})

function* chunksOf<Row>(rows: readonly Row[]): Generator<Row[]> {
  for (let at = 0; at < rows.length; at += ROWS_A_STATEMENT) {
    yield rows.slice(at, at + ROWS_A_STATEMENT)
  }
}

async function addEvents(tx: Transaction<Schema>, rows: Insertable<Schema['event_total']>[]) {
  await tx
    .insertInto('event_total')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['stream_id', 'type']).doUpdateSet({ n: sql`event_total.n + excluded.n` }),
    )
    .execute()
}

/** The store keeps micro-units below a unit, so that neither column can overflow. */
async function addSums(tx: Transaction<Schema>, rows: Insertable<Schema['money_total']>[]) {
  await tx
    .insertInto('money_total')
    .values(rows)
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
