import { Toggle } from '@base-ui/react/toggle'
import { ToggleGroup } from '@base-ui/react/toggle-group'
import type { ReactNode } from 'react'
import { classNames } from './class-names.ts'
import styles from './segmented.module.css'

export interface SegmentedProps<Value extends string> {
  value: Value
  options: readonly { value: Value; label: ReactNode }[]
  onChange: (value: Value) => void
  'aria-label': string
  /** `frame`: a control in a bar. `words`: plain words, the chosen one strong, for panel titles. */
  look?: 'frame' | 'words'
  className?: string
}

/** One of a handful, all in sight. */
export function Segmented<Value extends string>({
  value,
  options,
  onChange,
  look = 'frame',
  className,
  ...aria
}: SegmentedProps<Value>) {
  return (
    <ToggleGroup
      className={classNames(styles.group, className)}
      data-look={look}
      value={[value]}
      onValueChange={(next) => {
        const chosen = next.find((each) => each !== value)
        if (chosen !== undefined) onChange(chosen as Value)
      }}
      {...aria}
    >
      {options.map((option) => (
        <Toggle key={option.value} value={option.value} className={styles.option}>
          {option.label}
        </Toggle>
      ))}
    </ToggleGroup>
  )
}
