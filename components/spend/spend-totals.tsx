import { kpiChange, kpiFigure } from '../../lib/format-kpi.ts'
import type { SpendCell } from '../../lib/frames.ts'
import type { Kpi } from '../../lib/kpis.ts'
import { isFixed, type Period, spanWords } from '../../lib/period.ts'
import { DAY_MS } from '../../lib/time.ts'
import { useCreatedAgain } from '../former/created-again.ts'
import { useCompare } from '../frame/url-state.ts'
import { changeOver, type RateTime, rateTime, rateTimeWords } from '../kpi/rate-time.ts'
import { useKpi } from '../live/catalog.ts'
import { useCell, useServerNow } from '../live/store.ts'
import { useStaleness } from '../live/use-staleness.ts'
import { Change } from '../ui/change.tsx'
import { Figure } from '../ui/figure.tsx'
import { Others } from '../ui/others.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { type Stat, Stats } from '../ui/stats.tsx'
import { Amount } from './amount.tsx'

/** What the rate is over. */
function rateNote({ period }: SpendCell, label: string, over: RateTime): string {
  const words = rateTimeWords(over)
  if (words !== undefined) return `over the ${words}`
  return isFixed(period) ? `over these ${label}` : `pace of the last ${label}`
}

/** What was spent: over the window, an hour, the window before, and today. */
export function SpendTotals({ spend, period }: { spend: SpendCell | undefined; period: Period }) {
  const kpi = useKpi('spend')
  const { stale } = useStaleness()
  const [compare] = useCompare()
  const again = useCreatedAgain()
  const now = useServerNow(10_000)
  const asOf = useCell('asOf')
  const isToday = again !== undefined && again.at > now - (now % DAY_MS)
  const todaySince = isToday ? 'since the stream was created again' : 'since midnight UTC'
  const label = spanWords(period)
  const stats =
    spend === undefined
      ? [`Spend over ${label}`, 'Rate', `The ${label} before`, 'Today (UTC)'].map((name) => ({
          id: name,
          label: name,
          value: <Skeleton width={88} height={24} />,
        }))
      : figures(kpi, spend, { compare, todaySince, over: rateTime(spend, asOf) })
  return <Stats label="Spend in total" stats={stats} stale={stale} />
}

function figures(
  kpi: Kpi,
  spend: SpendCell,
  { compare, todaySince, over }: { compare: boolean; todaySince: string; over: RateTime },
): Stat[] {
  const { now, before, today } = spend
  const label = spanWords(spend.range ?? spend.period)
  const hourly = kpiFigure(kpi, now, over.ms)
  return [
    {
      id: 'now',
      label: `Spend over ${label}`,
      value: <Amount size={28} value={now} currency={spend.currency} />,
      note: compare ? (
        <Change
          change={kpiChange(kpi, now, before, changeOver(over))}
          title={`against the ${label} before`}
        />
      ) : undefined,
    },
    {
      id: 'rate',
      label: 'Rate',
      value: (
        <>
          <Figure size={28} text={hourly.text} unit={hourly.unit} exact={hourly.exact} />
          <Others of={hourly.others} below />
        </>
      ),
      note: rateNote(spend, label, over),
    },
    ...(compare
      ? [
          {
            id: 'before',
            label: `The ${label} before`,
            value: <Amount size={28} value={before} currency={spend.currency} />,
          },
        ]
      : []),
    ...(today === undefined
      ? []
      : [
          {
            id: 'today',
            label: 'Today (UTC)',
            value: <Amount size={28} value={today} currency={spend.currency} />,
            note: todaySince,
          },
        ]),
  ]
}
