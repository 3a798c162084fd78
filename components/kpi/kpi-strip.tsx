import Link from 'next/link'
import { decimal, exact } from '../../lib/format.ts'
import type { KpiId } from '../../lib/kpis.ts'
import type { Period } from '../../lib/period.ts'
import { composeHref } from '../compose/addresses.ts'
import { useCatalog } from '../live/catalog.ts'
import { useCell } from '../live/store.ts'
import { Figure } from '../ui/figure.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import styles from './kpi-strip.module.css'
import { KpiTile } from './kpi-tile.tsx'

/** Every KPI: its value, how it moved, and its shape. A click shows it in the chart. */
export function KpiStrip({
  period,
  chosen,
  onChoose,
}: {
  period: Period
  chosen: KpiId
  onChoose: (kpi: KpiId) => void
}) {
  const { kpis } = useCatalog()
  return (
    <section className={styles.strip} aria-label="KPIs">
      {kpis.map((kpi) => (
        <KpiTile
          key={kpi.id}
          kpi={kpi}
          period={period}
          chosen={kpi.id === chosen}
          onChoose={() => onChoose(kpi.id)}
        />
      ))}
      <EventsTile />
    </section>
  )
}

/** Not of the catalog: how much the stream itself carries. It has the strip's last place. */
function EventsTile() {
  const status = useCell('status')
  return (
    <div className={styles.tile} data-plain title="Events read from the stream, over the last 10 s">
      <span className={styles.top}>
        <span className={styles.label}>All events</span>
        <Link href={composeHref()} className={styles.add} title="Compose a KPI of your own">
          + KPI
        </Link>
      </span>
      <span className={styles.bottom}>
        {status === undefined ? (
          <Skeleton width={72} height={20} />
        ) : (
          <Figure
            text={decimal(status.eventsPerSecond)}
            exact={`${exact(status.eventsPerSecond, 2)} per second`}
            unit="/s"
            size={20}
          />
        )}
      </span>
    </div>
  )
}
