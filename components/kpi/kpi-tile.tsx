import { useEffect, useMemo, useRef } from 'react'
import { kpiChange, kpiFigure } from '../../lib/format-kpi.ts'
import { moment } from '../../lib/format-time.ts'
import type { Point } from '../../lib/frames.ts'
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
import { chartPoints } from './chart-values.ts'
import styles from './kpi-strip.module.css'
import { changeOver } from './rate-time.ts'
import { useRateTime, useRateWords } from './use-covered.ts'
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
  const over = useRateWords(kpi)
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
      title={[
        kpi.help,
        ...(young === undefined ? [] : [`Measured since ${moment(young.from, serverNow())}.`]),
        ...(over === undefined ? [] : [`The rate is over the ${over}.`]),
      ].join(' ')}
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
  const span = spanWords(shownPeriod(period, useCell('chart')))
  const over = useRateTime(kpi)
  const since = useKnownSince(kpi)
  const shape = useMemo(
    () => sparkPoints(kpi, isFixed(period) ? points : points.slice(0, -1), since),
    [kpi, period, points, since],
  )
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
  const rate = rateUnit(cell.now.value, over.ms)
  const shown = kpiFigure(kpi, { ...cell.now, value: rolled }, over.ms, rate)
  const { exact, others } = kpiFigure(kpi, cell.now, over.ms)
  return (
    <>
      <span className={styles.top}>
        <span className={styles.label}>{kpi.label}</span>
        <MarkSign kpi={kpi.id} />
        {compare && (
          <Change
            change={kpiChange(kpi, cell.now, cell.before, changeOver(over))}
            title={`against the ${span} before`}
          />
        )}
      </span>
      <span className={styles.bottom} data-stale={!arrived || undefined}>
        <Figure text={shown.text} exact={exact} unit={shortUnit(shown.unit)} size={20} />
        <Sparkline points={shape} />
      </span>
      <Others of={others} below />
    </>
  )
}

/** The first step that something is known of is drawn as the part of it that is. */
function sparkPoints(kpi: Kpi, points: readonly Point[], since: number | null): Point[] {
  const [first, second] = points
  if (first === undefined || second === undefined) return [...points]
  const ended = { now: Number.POSITIVE_INFINITY, newestAt: null }
  return chartPoints(kpi, points, { stepMs: second[0] - first[0], since, ...ended })
}

/** Since when something is known of a KPI: the first event, or when it was first measured. */
function useKnownSince({ id }: Kpi): number | null {
  const since = useCell('chart')?.known.since ?? null
  const young = useCell(`kpi.${id}`)?.young
  return since === null ? null : Math.max(since, young?.from ?? since)
}

/** "per 1,000" has no room in a tile. */
const shortUnit = (unit: string): string => (unit === 'per 1,000' ? '/1k' : unit)
