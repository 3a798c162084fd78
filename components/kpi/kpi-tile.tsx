import { useEffect, useRef } from 'react'
import { kpiChange, kpiFigure } from '../../lib/format-kpi.ts'
import { moment } from '../../lib/format-time.ts'
import type { Kpi } from '../../lib/kpis.ts'
import { isFixed, type Period, spanWords } from '../../lib/period.ts'
import { rateUnit } from '../../lib/rate-unit.ts'
import { Sparkline } from '../chart/sparkline.tsx'
import { shownPeriod } from '../frame/shown-range.ts'
import { useCompare } from '../frame/url-state.ts'
import { serverNow, useArrived, useCell, useSeries } from '../live/store.ts'
import { MarkSign } from '../marks/mark-sign.tsx'
import { Change } from '../ui/change.tsx'
import { Figure } from '../ui/figure.tsx'
import { Others } from '../ui/others.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import styles from './kpi-strip.module.css'
import { useCovered } from './use-covered.ts'
import { useRolled } from './use-rolled.ts'

export function KpiTile({
  kpi,
  period,
  chosen,
  onChoose,
}: {
  kpi: Kpi
  period: Period
  chosen: boolean
  onChoose: () => void
}) {
  const tile = useRef<HTMLButtonElement>(null)
  const young = useCell(`kpi.${kpi.id}`)?.young
  useEffect(() => {
    // Where the strip scrolls the chosen one comes into sight.
    if (chosen) tile.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [chosen])
  return (
    <button
      ref={tile}
      type="button"
      className={styles.tile}
      aria-pressed={chosen}
      title={
        young === undefined
          ? kpi.help
          : `${kpi.help} Measured since ${moment(young.from, serverNow())}.`
      }
      onClick={onChoose}
    >
      <TileContent kpi={kpi} period={period} />
    </button>
  )
}

function TileContent({ kpi, period }: { kpi: Kpi; period: Period }) {
  const cell = useCell(`kpi.${kpi.id}`)
  const points = useSeries(`spark.${kpi.id}`)
  const arrived = useArrived()
  const [compare] = useCompare()
  const spanMs = useCovered(period, kpi.id)
  const span = spanWords(shownPeriod(period, useCell('chart')))
  const rolled = useRolled(cell?.now.value ?? null)
  if (cell === undefined) {
    return (
      <>
        <span className={styles.top}>
          <span className={styles.label}>{kpi.label}</span>
        </span>
        <span className={styles.bottom}>
          <Skeleton width={72} height={20} />
        </span>
      </>
    )
  }
  const rate = rateUnit(cell.now.value, spanMs)
  const shown = kpiFigure(kpi, { ...cell.now, value: rolled }, spanMs, rate)
  const { exact, others } = kpiFigure(kpi, cell.now, spanMs)
  return (
    <>
      <span className={styles.top}>
        <span className={styles.label}>{kpi.label}</span>
        <MarkSign kpi={kpi.id} />
        {compare && (
          <Change
            change={kpiChange(kpi, cell.now, cell.before)}
            title={`against the ${span} before`}
          />
        )}
      </span>
      <span className={styles.bottom} data-stale={!arrived || undefined}>
        <Figure text={shown.text} exact={exact} unit={shortUnit(shown.unit)} size={20} />
        <Sparkline points={isFixed(period) ? points : points.slice(0, -1)} />
      </span>
      <Others of={others} below />
    </>
  )
}

/** "per 1,000" has no room in a tile. */
const shortUnit = (unit: string): string => (unit === 'per 1,000' ? '/1k' : unit)
