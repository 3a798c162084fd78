import { classNames } from './class-names.ts'
import styles from './figure.module.css'
import { Tooltip } from './tooltip.tsx'

export interface FigureProps {
  /** As formatted: "12.3k", "$61.20", "–". */
  text: string
  /** The whole value, shown on hover and focus and put on the clipboard when the figure is copied. */
  exact?: string
  /** Written small behind the figure: "/s", "ms". */
  unit?: string
  size?: 12 | 13 | 14 | 16 | 20 | 28 | 40
  className?: string
}

/** A number with tabular figures. What is copied is exact, what is shown is rounded. */
export function Figure({ text, exact, unit, size = 14, className }: FigureProps) {
  const figure = (
    <span
      className={classNames(styles.figure, className)}
      data-size={size}
      onCopy={
        exact === undefined
          ? undefined
          : (event) => {
              event.clipboardData.setData('text/plain', exact)
              event.preventDefault()
            }
      }
    >
      <span className={styles.number}>{text}</span>
      {unit !== undefined && unit !== '' && <span className={styles.unit}>{unit}</span>}
    </span>
  )
  if (exact === undefined || exact === text) return figure
  return <Tooltip content={<span className={styles.exact}>{exact}</span>}>{figure}</Tooltip>
}
