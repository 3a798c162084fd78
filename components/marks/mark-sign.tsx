import { TriangleAlert } from 'lucide-react'
import { markWords } from '../../lib/kpi-mark.ts'
import type { KpiId } from '../../lib/kpis.ts'
import { useCell } from '../live/store.ts'
import styles from './mark-sign.module.css'

/** That the KPI is not as usual now. */
export function MarkSign({ kpi }: { kpi: KpiId }) {
  const lasting = useCell('marks')?.marks.filter((mark) => mark.kpi === kpi && mark.ended === null)
  if (lasting === undefined || lasting.length === 0) return null
  const words = lasting.map(markWords).join('. ')
  return (
    <span className={styles.sign} title={words}>
      <TriangleAlert aria-hidden="true" />
      <span className="visually-hidden">Unusual now: {words}</span>
    </span>
  )
}
