import styles from './skeleton.module.css'

/** A quiet block in the size of what will be here. Sizes are CSS lengths. */
export function Skeleton({
  width = '100%',
  height = '1em',
}: {
  width?: string | number
  height?: string | number
}) {
  return <span className={styles.skeleton} style={{ width, height }} aria-hidden="true" />
}

/** Rows of a list that is still to come, each as high as a real one. */
export function SkeletonRows({ count, rowHeight = 36 }: { count: number; rowHeight?: number }) {
  return (
    <div className={styles.rows} role="status" aria-label="Loading">
      {Array.from({ length: count }, (_, index) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike and never move
          key={index}
          className={styles.row}
          style={{ height: rowHeight }}
        >
          <Skeleton width={`${70 - ((index * 13) % 40)}%`} height={12} />
          <Skeleton width={40} height={12} />
        </div>
      ))}
    </div>
  )
}
