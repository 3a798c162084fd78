import type { Point } from '../../lib/frames.ts'
import { sparkPaths } from './spark-path.ts'
import styles from './sparkline.module.css'

export interface SparklineProps {
  points: readonly Point[]
  /** Which value of a point; 1 is the first. */
  column?: number
  width?: number
  height?: number
  /** The span drawn ends here (epoch ms); absent: at the last point. */
  to?: number
  spanMs?: number
  /** From this time on values are still coming in; they are left out. */
  openFrom?: number | undefined
}

/** The shape of the last while, without axes. For eyes only: the figure beside it says the value. */
export function Sparkline({
  points,
  column = 1,
  width = 56,
  height = 24,
  to,
  spanMs,
  openFrom,
}: SparklineProps) {
  const shape = sparkPaths(points, { column, width, height, to, spanMs, openFrom })
  return (
    <svg
      className={styles.spark}
      style={{ width, height }}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path d={shape.area} className={styles.area} />
      <path d={shape.line} className={styles.line} />
    </svg>
  )
}
