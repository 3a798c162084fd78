import type { ChangeText } from '../../lib/format-kpi.ts'
import styles from './change.module.css'
import { classNames } from './class-names.ts'

/** How a value moved: by shape, in words and, where one way is better, in colour. */
export function Change({ change, title }: { change: ChangeText; title?: string }) {
  const moved = change.kind === 'change'
  return (
    <span className={classNames(styles.change, moved && styles[change.tone])} title={title}>
      {moved && (
        <>
          <span aria-hidden="true" className={styles.shape}>
            {change.direction === 'up' ? '▲' : '▼'}
          </span>
          <span className="visually-hidden">{change.direction}</span>
        </>
      )}
      {change.text}
    </span>
  )
}
