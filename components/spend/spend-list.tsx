import { kpiChange, kpiText } from '../../lib/format-kpi.ts'
import { exactMoneyOf, money, otherMoney } from '../../lib/format-money.ts'
import type { SpendCell, SpendRow } from '../../lib/frames.ts'
import { useCompare } from '../frame/url-state.ts'
import { changeOver, rateTime } from '../kpi/rate-time.ts'
import { useKpi } from '../live/catalog.ts'
import { useCell } from '../live/store.ts'
import { Change } from '../ui/change.tsx'
import { EventText } from '../ui/event-text.tsx'
import { Others } from '../ui/others.tsx'
import styles from './spend-list.module.css'
import { barOf, type SpendDimension } from './spend-rows.ts'

/** The table's rows where there is no room for a table. */
export function SpendList({
  dimension,
  spend,
  rows,
  selected,
  onPick,
}: {
  dimension: SpendDimension
  spend: SpendCell
  rows: readonly SpendRow[]
  selected: (row: SpendRow) => boolean
  onPick: (key: string) => void
}) {
  const kpi = useKpi('spend')
  const [compare] = useCompare()
  const over = rateTime(spend, useCell('asOf'))
  const bar = barOf(spend, dimension)
  const amount = (value: SpendRow['now']) => money(value.value, value.currency ?? spend.currency)
  return (
    <ul className={styles.list} aria-label={`Spend by ${dimension}`}>
      {rows.map((row) => (
        <li key={row.key}>
          <button
            type="button"
            className={styles.row}
            aria-pressed={selected(row)}
            onClick={() => onPick(row.key)}
          >
            <span className={styles.bar} style={{ width: `${(bar(row) ?? 0) * 100}%` }} />
            <EventText text={row.key} className={styles.key} />
            <span className={styles.now} title={exactMoneyOf(row.now)}>
              {amount(row.now)}
              <Others of={otherMoney(row.now)} below />
            </span>
            <span className={styles.facts}>
              {kpiText(kpi, row.now, over.ms)}
              {row.today !== undefined && `, today ${amount(row.today)}`}
            </span>
            <span className={styles.change}>
              {compare && <Change change={kpiChange(kpi, row.now, row.before, changeOver(over))} />}
            </span>
          </button>
        </li>
      ))}
    </ul>
  )
}
