import type { KpiId } from '../../lib/kpis.ts'
import { useGone } from '../live/catalog.ts'
import styles from './gone-note.module.css'

/** Beside the sentence of a rule whose KPI there is no more; nothing for all others. */
export function GoneNote({ kpi }: { kpi: KpiId }) {
  if (!useGone(kpi)) return null
  return (
    <span className={styles.note} title={`There is no KPI ${kpi} any more, so it is not measured`}>
      KPI is gone
    </span>
  )
}
