import type { ReactNode } from 'react'
import styles from './stats.module.css'

export interface Stat {
  id: string
  label: string
  /** A `Figure`, mostly; a skeleton while it is on its way. */
  value: ReactNode
  /** Small words below: what it is measured against. */
  note?: ReactNode
}

/** The figures a page opens with, side by side and without boxes; on a phone they scroll sideways. */
export function Stats({
  label,
  stats,
  stale = false,
}: {
  label: string
  stats: readonly Stat[]
  stale?: boolean
}) {
  return (
    <section className={styles.frame} aria-label={label} data-stale={stale || undefined}>
      <dl className={styles.stats}>
        {stats.map((stat) => (
          <div key={stat.id} className={styles.stat}>
            <dt className={styles.label}>{stat.label}</dt>
            <dd className={styles.value}>{stat.value}</dd>
            <dd className={styles.note}>{stat.note}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
