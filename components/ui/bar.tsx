import { Meter as Base } from '@base-ui/react/meter'
import styles from './bar.module.css'
import { classNames } from './class-names.ts'

export interface MeterProps {
  value: number
  limit: number
  /** Read out: "312 of 1,000 records/s". */
  label: string
  /** From this part of the limit on the bar turns amber; from the limit on red. */
  warnAt?: number
  className?: string
}

/** How much of a limit is used. */
export function Meter({ value, limit, label, warnAt = 0.8, className }: MeterProps) {
  const part = limit > 0 ? Math.max(0, value / limit) : 0
  const tone = part >= 1 ? 'bad' : part >= warnAt ? 'warn' : 'fine'
  return (
    <Base.Root
      className={classNames(styles.meter, className)}
      value={Math.min(Math.max(0, value), limit)}
      max={limit}
      aria-label={label}
      getAriaValueText={() => label}
      data-tone={tone}
    >
      {/* Moved, not resized: hundreds of them may move at once without a new layout. Nothing is out of sight. */}
      <span
        className={styles.fill}
        style={{ transform: `translateX(${(Math.min(1, part) - 1) * 101}%)` }}
      />
    </Base.Root>
  )
}
