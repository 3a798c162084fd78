import { differences } from '../../server/damage/sums.ts'
import type { Store } from '../../server/store/open-store.ts'
import type { OwnHand } from '../fake-kinesis/own-hand.ts'
import { withChaos } from './chaos-tables.ts'
import type { Ledger } from './ledger.ts'

/** One line of the report. */
export interface Check {
  name: string
  ok: boolean
  /** Figures; where it is not ok, what was expected and what is there. */
  says: string
}

export interface Evidence {
  db: Store['db']
  ledger: Ledger
  stream: Pick<OwnHand, 'shards'>
  lastOf: ReadonlyMap<string, number>
}

/** The store keeps so many letters; the number of the others stays counted. */
const KEPT_LETTERS = 5_000
const SHOWN_DIFFERENCES = 8

/** Compares the store with what was put. */
export async function verify(evidence: Evidence): Promise<Check[]> {
  return [
    await fates(evidence),
    await eventTotals(evidence),
    await moneyTotals(evidence),
    await order(evidence),
    await deadLetters(evidence),
    await poison(evidence),
    await picky(evidence),
    ...(await shards(evidence)),
    await sums(evidence),
  ]
}

/** What the product itself compares. */
async function sums({ db }: Evidence): Promise<Check> {
  const { id } = await db.selectFrom('stream').select('id').executeTakeFirstOrThrow()
  const found = await differences(db, id)
  return { name: 'sums', ok: found.length === 0, says: found.join(' ') || 'agree' }
}

/** Equal, or where not. Keys sort the same on both sides. */
export function compare(
  name: string,
  expected: Iterable<readonly [string, unknown]>,
  found: Iterable<readonly [string, unknown]>,
  says: string,
): Check {
  const want = new Map(expected)
  const have = new Map(found)
  const differences = [...new Set([...want.keys(), ...have.keys()])]
    .filter((key) => String(want.get(key)) !== String(have.get(key)))
    .map((key) => `${key}: expected ${want.get(key)}, found ${have.get(key)}`)
  const more = differences.length - SHOWN_DIFFERENCES
  const shown = differences.slice(0, SHOWN_DIFFERENCES).join('; ')
  return differences.length === 0
    ? { name, ok: true, says }
    : { name, ok: false, says: more > 0 ? `${shown}; and ${more} more` : shown }
}

async function fates({ db, ledger }: Evidence): Promise<Check> {
  const { applied, duplicate, rejected, clamped, beyond } = ledger
  const row = await db
    .selectFrom('shard')
    .select(({ fn }) => [
      fn.sum<number>('applied').as('applied'),
      fn.sum<number>('duplicate').as('duplicate'),
      fn.sum<number>('rejected').as('rejected'),
      fn.sum<number>('clamped').as('clamped'),
      fn.sum<number>('beyond').as('beyond'),
    ])
    .executeTakeFirstOrThrow()
  const expected = { applied, duplicate, rejected, clamped, beyond }
  return compare(
    'fates',
    Object.entries(expected),
    Object.entries(row),
    `${applied} applied, ${duplicate} duplicate, ${rejected} rejected, ${clamped} clamped, ${beyond} beyond history`,
  )
}

async function eventTotals({ db, ledger }: Evidence): Promise<Check> {
  const rows = await db.selectFrom('event_total').select(['type', 'n']).execute()
  const found = rows.map(({ type, n }) => [type, n] as const)
  return compare('events by type', ledger.types, found, `${ledger.types.size} types`)
}

async function moneyTotals({ db, ledger }: Evidence): Promise<Check> {
  const rows = await db.selectFrom('money_total').selectAll().execute()
  const found = rows.map(
    ({ kind, account, currency, units, micros }) =>
      [`${kind}|${account}|${currency}`, BigInt(units) * 1_000_000n + BigInt(micros)] as const,
  )
  const sums = `${ledger.money.size} sums, exact to the micro-unit`
  return compare('money', ledger.money, found, sums)
}

async function order({ db, lastOf }: Evidence): Promise<Check> {
  const chaos = withChaos(db)
  const violations = await chaos.selectFrom('chaos_violation').select('detail').execute()
  const rows = await chaos.selectFrom('chaos_order').selectAll().execute()
  if (violations.length > 0) {
    const shown = violations.slice(0, SHOWN_DIFFERENCES).map(({ detail }) => detail)
    return { name: 'order in a key', ok: false, says: shown.join('; ') }
  }
  const found = rows.map(({ key, n }) => [key, n] as const)
  return compare('order in a key', lastOf, found, `${lastOf.size} keys, without a gap`)
}

async function deadLetters({ db, ledger }: Evidence): Promise<Check> {
  const rows = await db.selectFrom('dead_letter_count').select(['reason', 'n']).execute()
  const all = [...ledger.reasons.values()].reduce((sum, n) => sum + n, 0)
  const found = rows.map(({ reason, n }) => [reason, n] as const)
  return compare('dead letters', ledger.reasons, found, `${all} for ${ledger.reasons.size} reasons`)
}

/** Each poisoned event is a letter of its own; the oldest may have made room. */
async function poison({ db, ledger }: Evidence): Promise<Check> {
  const name = 'poisoned events'
  const rows = await db
    .selectFrom('dead_letter')
    .select(['app', 'data'])
    .where('reason', '=', 'app_failed')
    .execute()
  const idsOf = rows.map(({ data }) => {
    const event = JSON.parse(new TextDecoder().decode(data)) as { id: string }
    return event.id
  })
  const wrongApp = rows.filter(({ app }) => app !== 'picky').length
  const twice = idsOf.length - new Set(idsOf).size
  const strangers = idsOf.filter((id) => !ledger.poisoned.has(id)).length
  const all = [...ledger.reasons.values()].reduce((sum, n) => sum + n, 0)
  const missing = all <= KEPT_LETTERS ? ledger.poisoned.size - new Set(idsOf).size : 0
  const says = `${idsOf.length} letters of ${ledger.poisoned.size}`
  const ok = wrongApp + twice + strangers === 0 && missing === 0
  const wrong = `${wrongApp} of another app, ${twice} twice, ${strangers} not poisoned, ${missing} missing`
  return { name, ok, says: ok ? `${says}, each once` : `${says}: ${wrong}` }
}

async function picky({ db, ledger }: Evidence): Promise<Check> {
  const rows = await withChaos(db).selectFrom('chaos_picky').selectAll().execute()
  const found = rows.reduce((sum, { n }) => sum + n, 0)
  const expected = ledger.applied - ledger.poisoned.size
  return compare(
    'picky app',
    [['events', expected]],
    [['events', found]],
    `${found} events, all but the poisoned`,
  )
}

async function shards({ db, ledger, stream }: Evidence): Promise<Check[]> {
  const rows = await db.selectFrom('shard').selectAll().execute()
  const all = stream.shards()
  const expected = all.map(({ shardId, closed }) => {
    const { records = 0, lastSequenceNumber = null } = ledger.shards.get(shardId) ?? {}
    const state = closed === undefined ? 'open' : 'finished'
    return [shardId, `${state}, ${records} records up to ${lastSequenceNumber}`] as const
  })
  const found = rows.map((row) => {
    const state = row.finished === 1 ? 'finished' : row.closed === 1 ? 'closed' : 'open'
    const part = row.sub_sequence === null ? '' : `, ${row.sub_sequence} of the last`
    const trimmed = row.trimmed_ms === null ? '' : ', trimmed'
    const words = `${state}, ${row.records} records up to ${row.checkpoint}${part}${trimmed}`
    return [row.shard_id, words] as const
  })
  const open = all.filter(({ closed }) => closed === undefined).length
  const sums = {
    aggregated: ledger.aggregated,
    'out of range': ledger.outOfRange,
    'put again': ledger.putAgain,
  }
  const foundSums = {
    aggregated: rows.reduce((sum, { aggregated }) => sum + aggregated, 0),
    'out of range': rows.reduce((sum, row) => sum + row.out_of_range, 0),
    'put again': rows.reduce((sum, row) => sum + row.put_again, 0),
  }
  return [
    compare('shards', expected, found, `${all.length - open} read to their end, ${open} open`),
    compare(
      'KPL aggregates',
      Object.entries(sums),
      Object.entries(foundSums),
      `${ledger.aggregated} sub-records, ${ledger.outOfRange} of another shard's keys, ${ledger.putAgain} without an id put again`,
    ),
  ]
}
