import Link from 'next/link'
import type { TotalsAnswer } from '../../lib/api.ts'
import { counted, exact } from '../../lib/format.ts'
import { exactMoney } from '../../lib/format-money.ts'
import { exactTime, moment } from '../../lib/format-time.ts'
import { DAY_MS, SECOND_MS } from '../../lib/time.ts'
import { incarnationPatch, periodPatch } from '../frame/period-state.ts'
import { useUrlState } from '../frame/url-state.ts'
import { useCell, useServerNow } from '../live/store.ts'
import { Dialog } from '../ui/dialog.tsx'
import { Empty } from '../ui/empty.tsx'
import { EventText } from '../ui/event-text.tsx'
import { Fact, Facts } from '../ui/facts.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { type CreatedAgain, createdAgainOf } from './created-again.ts'
import styles from './former-dialog.module.css'
import { formerPatch, readFormer } from './former-state.ts'
import { totalsAddress, useFormerTotals } from './use-totals.ts'

/** Of types or accounts; the answer as JSON has all of them. */
const MOST_ROWS = 50

/** What a stream had come to before it was deleted and created again; the address says whose. */
export function FormerDialog() {
  const [params, change] = useUrlState()
  const status = useCell('status')
  const again = createdAgainOf(status)
  const number = readFormer(params)
  const isOpen = number !== undefined && again !== undefined && number < again.number
  return (
    <Dialog
      open={isOpen}
      onClose={() => change(formerPatch(undefined))}
      wide
      title="Totals of the former stream"
      description={
        isOpen && <Told name={status?.stream.name ?? ''} again={again} number={number} />
      }
    >
      {isOpen && <Totals number={number} />}
    </Dialog>
  )
}

function Told({ name, again, number }: { name: string; again: CreatedAgain; number: number }) {
  const now = useServerNow(10_000)
  return number === again.number - 1 ? (
    <>
      {name} was deleted, and created again at {moment(again.at, now)}. What was counted until then
      is kept, and no longer changes.
    </>
  ) : (
    <>
      Number {number} of the {again.number} streams that were called {name} here. What was counted
      of it is kept, and no longer changes.
    </>
  )
}

function Totals({ number }: { number: number }) {
  const answer = useFormerTotals(number)
  switch (answer.kind) {
    case 'asked':
      return <SkeletonRows count={6} />
    case 'problem':
      return <Empty compact title="The totals could not be read" reason={answer.words} />
    case 'there':
      return <Whole totals={answer.totals} number={number} />
  }
}

function Whole({ totals, number }: { totals: TotalsAnswer; number: number }) {
  const { incarnation, fates, shards, events, spend, revenue, former } = totals
  const last = totals.lastArrivalAt
  const records = Object.values(shards).reduce((sum, each) => sum + each.records, 0)
  return (
    <div className={styles.totals}>
      <Facts>
        <Fact term="Created">{exactTime(incarnation.createdAt)}</Fact>
        {last !== null && <Fact term="Last record">{exactTime(last)}</Fact>}
        <Fact term="Events applied">
          {exact(fates.applied)}
          {fates.late > 0 && (
            <span className={styles.note}>, {exact(fates.late)} of them late</span>
          )}
        </Fact>
        <Fact term="Duplicate">{exact(fates.duplicate)}</Fact>
        <Fact term="Rejected">
          {exact(fates.rejected)}
          {fates.rejected > 0 && (
            <Link href={`/dead-letters?incarnation=${number}`}>Show its dead letters</Link>
          )}
        </Fact>
        <Fact term="Read">
          {counted(records, 'record')} of {counted(Object.keys(shards).length, 'shard')}
        </Fact>
      </Facts>
      <Amounts title="Events by type" rows={Object.entries(events).map(byCount)} />
      <Amounts title="Spend by account" rows={moneyRows(spend)} />
      <Amounts title="Revenue by account" rows={moneyRows(revenue)} />
      <p className={styles.ways}>
        {last !== null && <Link href={chartsOf(number, last)}>Show its last day in charts</Link>}
        <a href={totalsAddress(number)}>Totals as JSON</a>
        {former[0] !== undefined && <Earlier number={former[0].number} />}
      </p>
    </div>
  )
}

function Earlier({ number }: { number: number }) {
  const [, change] = useUrlState()
  return (
    <button type="button" className={styles.earlier} onClick={() => change(formerPatch(number))}>
      The one before it
    </button>
  )
}

interface AmountRow {
  name: string
  amount: string
}

const byCount = ([name, n]: [string, number]): AmountRow => ({ name, amount: exact(n) })

const moneyRows = (accounts: TotalsAnswer['spend']): AmountRow[] =>
  Object.entries(accounts).flatMap(([account, sums]) =>
    Object.entries(sums).map(([currency, amount]) => ({
      name: account === '' ? 'without an account' : account,
      amount: exactMoney(amount, currency),
    })),
  )

function Amounts({ title, rows }: { title: string; rows: readonly AmountRow[] }) {
  if (rows.length === 0) return null
  return (
    <section aria-label={title}>
      <h3 className={styles.title}>{title}</h3>
      <dl className={styles.amounts}>
        {rows.slice(0, MOST_ROWS).map(({ name, amount }) => (
          <div key={`${name} ${amount}`}>
            <dt>
              <EventText text={name} />
            </dt>
            <dd>{amount}</dd>
          </div>
        ))}
      </dl>
      {rows.length > MOST_ROWS && (
        <p className={styles.note}>and {exact(rows.length - MOST_ROWS)} more, in the JSON</p>
      )}
    </section>
  )
}

/** The day up to the newest record. */
function chartsOf(number: number, last: number): string {
  const to = last - (last % SECOND_MS) + SECOND_MS
  const patch = { ...periodPatch({ from: to - DAY_MS, to }), ...incarnationPatch(number) }
  const said = Object.entries(patch).filter((each): each is [string, string] => each[1] !== null)
  return `/?${new URLSearchParams(said).toString().replaceAll('%3A', ':')}`
}
