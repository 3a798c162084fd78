import { BUILT_IN } from '../../lib/kpi-catalog.ts'
import { micros, moneyText } from '../../lib/money.ts'
import { DAY_MS, HOUR_MS } from '../../lib/time.ts'
import { createKpiApp } from '../../server/apps/kpi/kpi-app.ts'
import { systemClock } from '../../server/platform/clock.ts'
import type { Store } from '../../server/store/open-store.ts'
import { EVENTS } from '../../server/window/measures.ts'
import { subjectOf } from '../../server/window/subject.ts'
import type { Ledger } from './ledger.ts'
import { type Check, compare } from './verify.ts'

/** Longer than any event that is not ancient may be late. */
export const SPAN_MS = 6 * DAY_MS

/** What the windows restore from the store, over all of the run, against the totals. */
export async function verifyKpis(db: Store['db'], ledger: Ledger): Promise<Check> {
  const { id: streamId } = await db.selectFrom('stream').select('id').executeTakeFirstOrThrow()
  const kpi = createKpiApp({ catalog: BUILT_IN, db, streamId, clock: systemClock })
  await kpi.restore()
  const now = systemClock.now()
  const to = now - (now % HOUR_MS) + HOUR_MS
  const range = { from: to - SPAN_MS, to }
  const subject = subjectOf(undefined)
  const cell = await kpi.reader.read([{ ...range, dimension: subject.dimension }], () =>
    kpi.reader.cell(range, subject, kpi.reader.measures.everything),
  )
  const amountOf = (of: 'page_views' | 'requests' | 'spend' | 'revenue') =>
    kpi.reader.value(of, cell)
  const lost = await db
    .selectFrom('lost_pane')
    .select('start_ms')
    .where('dimension', '=', '')
    .execute()
  const found = [
    ['events', cell?.counts[EVENTS] ?? 0] as const,
    ['page views', amountOf('page_views').value ?? 0] as const,
    ...amounts('cost', amountOf('spend').money),
    ...amounts('revenue', amountOf('revenue').money),
  ]
  const events = ledger.applied - ledger.beyond
  const expected = [
    ['events', events] as const,
    ['page views', ledger.paneTypes.get('page_view') ?? 0] as const,
    ...[...ledger.paneMoney].map(([name, sum]) => [name, moneyText(micros(sum))] as const),
  ]
  // What is missing is looked at step by step.
  if (lost.length > 0) return atMost(events, cell?.counts[EVENTS] ?? 0)
  return compare(
    'KPIs over all',
    expected,
    found,
    `${events} events, ${ledger.beyond} beyond history`,
  )
}

const atMost = (expected: number, found: number): Check => ({
  name: 'KPIs over all',
  ok: found <= expected,
  says: `${found} of ${expected} events, for some panes were damaged`,
})

const amounts = (kind: string, money: Record<string, string> = {}) =>
  Object.entries(money).map(([currency, text]) => [`${kind}|${currency}`, text] as const)
