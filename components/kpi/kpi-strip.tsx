import { decimal, exact } from '../../lib/format.ts'
import { KPI_IDS, type KpiId } from '../../lib/kpis.ts'
import type { WindowId } from '../../lib/windows.ts'
import { useCell } from '../live/store.ts'
import { Figure } from '../ui/figure.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import styles from './kpi-strip.module.css'
import { KpiTile } from './kpi-tile.tsx'

/** Every KPI: its value, how it moved, and its shape. A click shows it in the chart. */
export function KpiStrip({
  window,
  chosen,
  onChoose,
}: {
  window: WindowId
  chosen: KpiId
  onChoose: (kpi: KpiId) => void
}) {
  return (
    <section className={styles.strip} aria-label="KPIs">
      {KPI_IDS.map((kpi) => (
        <KpiTile
          key={kpi}
          kpi={kpi}
          window={window}
          chosen={kpi === chosen}
          onChoose={() => onChoose(kpi)}
        />
      ))}
      <EventsTile />
    </section>
  )
}

/** Not of the catalog: how much the stream itself carries. It fills the strip's last place. */
function EventsTile() {
  const status = useCell('status')
  return (
    <div className={styles.tile} data-plain title="Events read from the stream, over the last 10 s">
      <span className={styles.top}>
        <span className={styles.label}>All events</span>
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
