import { percent } from '../../lib/format.ts'
import { kpiChange, kpiFigure } from '../../lib/format-kpi.ts'
import type { SpendCell, SpendRow } from '../../lib/frames.ts'
import type { Kpi } from '../../lib/kpis.ts'
import { WINDOWS } from '../../lib/windows.ts'
import { Change } from '../ui/change.tsx'
import { Figure } from '../ui/figure.tsx'
import { MiddleCut } from '../ui/middle-cut.tsx'
import type { Column } from '../ui/table.tsx'
import { Amount } from './amount.tsx'
import styles from './spend.module.css'
import { barOf, type SpendDimension, shareOf } from './spend-rows.ts'

/** Key, amount over the window with its bar, change, pace, share, today. */
export function spendColumns(
  kpi: Kpi,
  spend: SpendCell,
  dimension: SpendDimension,
): readonly Column<SpendRow>[] {
  const { currency, coveredMs, window } = spend
  const share = shareOf(spend, dimension)
  return [
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
      header: `Over ${WINDOWS[window].label}`,
      numeric: true,
      sorted: 'down',
      bar: barOf(spend, dimension),
      cell: (row) => <Amount value={row.now} currency={currency} />,
    },
    {
      id: 'change',
      header: 'Change',
      numeric: true,
      cell: (row) => <Change change={kpiChange(kpi, row.now, row.before)} />,
    },
    {
      id: 'rate',
      header: 'Per hour',
      numeric: true,
      hideBelow: 'tablet',
      cell: (row) => {
        const { text, exact } = kpiFigure(kpi, row.now, coveredMs)
        return <Figure size={13} text={text} exact={exact} />
      },
    },
    {
      id: 'share',
      header: 'Share',
      numeric: true,
      hideBelow: 'tablet',
      cell: (row) => percent(share(row)),
    },
    {
      id: 'today',
      header: 'Today (UTC)',
      numeric: true,
      cell: (row) => <Amount value={row.today} currency={currency} />,
    },
  ]
}
