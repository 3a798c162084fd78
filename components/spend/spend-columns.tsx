import { percent } from '../../lib/format.ts'
import { kpiChange, kpiFigure } from '../../lib/format-kpi.ts'
import type { SpendCell, SpendRow } from '../../lib/frames.ts'
import { NO_VALUE } from '../../lib/kpi-value.ts'
import type { Kpi } from '../../lib/kpis.ts'
import { isFixed, spanWords } from '../../lib/period.ts'
import { changeOver, type RateTime } from '../kpi/rate-time.ts'
import { Change } from '../ui/change.tsx'
import { Figure } from '../ui/figure.tsx'
import { MiddleCut } from '../ui/middle-cut.tsx'
import { Others } from '../ui/others.tsx'
import type { Column } from '../ui/table.tsx'
import { Amount } from './amount.tsx'
import styles from './spend.module.css'
import { barOf, type SpendDimension, shareOf } from './spend-rows.ts'

/** Key, amount over the window with its bar, change, pace, share, today. */
export function spendColumns(
  kpi: Kpi,
  spend: SpendCell,
  dimension: SpendDimension,
  { compare, over }: { compare: boolean; over: RateTime },
): readonly Column<SpendRow>[] {
  const { currency, period, range = period } = spend
  const share = shareOf(spend, dimension)
  const columns: (Column<SpendRow> | false)[] = [
    {
      id: 'key',
      header: dimension === 'account' ? 'Account' : 'Campaign',
      cell: (row) => (
        <span className={styles.key}>
          <MiddleCut text={row.key} />
        </span>
      ),
    },
    {
      id: 'now',
      header: `Over ${spanWords(range)}`,
      numeric: true,
      sorted: 'down',
      bar: barOf(spend, dimension),
      cell: (row) => <Amount value={row.now} currency={currency} />,
    },
    compare && {
      id: 'change',
      header: 'Change',
      numeric: true,
      cell: (row) => <Change change={kpiChange(kpi, row.now, row.before, changeOver(over))} />,
    },
    {
      id: 'rate',
      header: 'Per hour',
      numeric: true,
      hideBelow: 'tablet',
      cell: (row) => {
        const { text, exact, others } = kpiFigure(kpi, row.now, over.ms)
        return (
          <>
            <Figure size={13} text={text} exact={exact} />
            <Others of={others} below brief />
          </>
        )
      },
    },
    {
      id: 'share',
      header: 'Share',
      numeric: true,
      hideBelow: 'tablet',
      cell: (row) => percent(share(row)),
    },
    !isFixed(period) && {
      id: 'today',
      header: 'Today (UTC)',
      numeric: true,
      cell: (row) => <Amount value={row.today ?? NO_VALUE} currency={currency} />,
    },
  ]
  return columns.filter((column) => column !== false)
}
