import type { ReactNode } from 'react'
import { useId } from 'react'
import { classNames } from './class-names.ts'
import styles from './panel.module.css'

export type PanelState = 'ok' | 'stale'

export interface PanelProps {
  title?: ReactNode
  /** Small grey words beside the title: the unit, the span, what the panel leaves out. */
  note?: ReactNode
  /** Controls at the right end of the title row. */
  aside?: ReactNode
  /** `stale` dims what was last known; loading, empty and error are said by the children. */
  state?: PanelState
  /** Lets a table or a list run to the panel's edges. */
  flush?: boolean
  className?: string
  children: ReactNode
}

/** A part of a page: a title row and its content, set off by a hairline rather than a box. */
export function Panel({
  title,
  note,
  aside,
  state = 'ok',
  flush = false,
  className,
  children,
}: PanelProps) {
  const id = useId()
  const header = title !== undefined || aside !== undefined
  return (
    <section
      className={classNames(styles.panel, className)}
      aria-labelledby={title === undefined ? undefined : id}
      data-state={state}
    >
      {header && (
        <header className={styles.header}>
          {title !== undefined && (
            <h2 id={id} className={styles.title}>
              {title}
            </h2>
          )}
          {note !== undefined && <span className={styles.note}>{note}</span>}
          {aside !== undefined && <div className={styles.aside}>{aside}</div>}
        </header>
      )}
      <div className={classNames(styles.body, flush && styles.flush)}>{children}</div>
    </section>
  )
}
