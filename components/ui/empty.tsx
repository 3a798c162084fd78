import type { ReactNode } from 'react'
import styles from './empty.module.css'

/** Why there is nothing here, and the way out. */
export function Empty({
  title,
  reason,
  action,
  compact = false,
}: {
  title: ReactNode
  reason?: ReactNode
  action?: ReactNode
  compact?: boolean
}) {
  return (
    <div className={styles.empty} data-compact={compact || undefined}>
      <p className={styles.title}>{title}</p>
      {reason !== undefined && <p className={styles.reason}>{reason}</p>}
      {action !== undefined && <div className={styles.action}>{action}</div>}
    </div>
  )
}
