import { useEffect, useRef } from 'react'
import { kpiChange, kpiFigure } from '../../lib/format-kpi.ts'
import { clock } from '../../lib/format-time.ts'
import type { Kpi } from '../../lib/kpis.ts'
import { WINDOWS, type WindowId } from '../../lib/windows.ts'
import { Sparkline } from '../chart/sparkline.tsx'
import { useArrived, useCell, useSeries } from '../live/store.ts'
import { MarkSign } from '../marks/mark-sign.tsx'
import { Change } from '../ui/change.tsx'
import { Figure } from '../ui/figure.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import styles from './kpi-strip.module.css'
import { useCovered } from './use-covered.ts'
import { useRolled } from './use-rolled.ts'

export function KpiTile({
  kpi,
  window,
  chosen,
  onChoose,
}: {
  kpi: Kpi
  window: WindowId
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
      title={young === undefined ? kpi.help : `${kpi.help} Measured since ${clock(young.from)}.`}
      onClick={onChoose}
    >
      <TileContent kpi={kpi} window={window} />
    </button>
  )
}

function TileContent({ kpi, window }: { kpi: Kpi; window: WindowId }) {
  const cell = useCell(`kpi.${kpi.id}`)
  const points = useSeries(`spark.${kpi.id}`)
  const arrived = useArrived()
  const { label } = WINDOWS[window]
  const spanMs = useCovered(window, kpi.id)
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
  const shown = kpiFigure(kpi, { ...cell.now, value: rolled }, spanMs)
  const { exact } = kpiFigure(kpi, cell.now, spanMs)
  return (
    <>
      <span className={styles.top}>
        <span className={styles.label}>{kpi.label}</span>
        <MarkSign kpi={kpi.id} />
        <Change
          change={kpiChange(kpi, cell.now, cell.before)}
          title={`against the ${label} before`}
        />
      </span>
      <span className={styles.bottom} data-stale={!arrived || undefined}>
        <Figure text={shown.text} exact={exact} unit={shortUnit(shown.unit)} size={20} />
        <Sparkline points={points.slice(0, -1)} />
      </span>
    </>
  )
}

/** "per 1,000" has no room in a tile. */
const shortUnit = (unit: string): string => (unit === 'per 1,000' ? '/1k' : unit)
