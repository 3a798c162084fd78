import { X } from 'lucide-react'
import { DIMENSION_LABELS } from '../../lib/kpis.ts'
import { textInWords } from '../../lib/shown-text.ts'
import type { Filter } from '../../lib/view.ts'
import { MiddleCut } from '../ui/middle-cut.tsx'
import styles from './filter-chip.module.css'

/** What the KPIs and the chart are restricted to, and how to lift it. */
export function FilterChip({
  filter,
  byEscape = true,
  onClear,
}: {
  filter: Filter
  /** Whether the Escape key lifts it. */
  byEscape?: boolean
  onClear: () => void
}) {
  const { one } = DIMENSION_LABELS[filter.dimension]
  return (
    <span className={styles.chip}>
      <span className={styles.dimension}>{one}</span>
      <MiddleCut text={filter.key} className={styles.key ?? ''} />
      <button
        type="button"
        className={styles.clear}
        aria-label={`Take the filter on ${one} ${textInWords(filter.key)} away`}
        title={`Take the filter away${byEscape ? '  Esc' : ''}`}
        onClick={onClear}
      >
        <X aria-hidden="true" />
      </button>
    </span>
  )
}
