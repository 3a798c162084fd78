import type { ReactNode } from 'react'
import { classNames } from './class-names.ts'
import styles from './columns.module.css'

/** Panels side by side, parted by hairlines; below one another where there is no room. */
export function Columns({
  count,
  className,
  children,
}: {
  count: 2 | 3 | 4
  className?: string
  children: ReactNode
}) {
  return (
    <div className={classNames(styles.columns, className)} data-count={count}>
      {children}
    </div>
  )
}
