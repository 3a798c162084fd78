import { Select as Base } from '@base-ui/react/select'
import { Check, ChevronDown } from 'lucide-react'
import { classNames } from './class-names.ts'
import styles from './select.module.css'

export interface SelectOption<Value extends string> {
  value: Value
  label: string
}

export interface SelectProps<Value extends string> {
  value: Value
  options: readonly SelectOption<Value>[]
  onChange: (value: Value) => void
  /** Needed where no `Field` gives the label. */
  'aria-label'?: string
  size?: 'small' | 'medium'
  /** Without a frame, for bars and sentences. */
  quiet?: boolean
  disabled?: boolean
  className?: string
}

/** One of a few. The list opens over the page, arrows and letters choose. */
export function Select<Value extends string>({
  value,
  options,
  onChange,
  size = 'medium',
  quiet = false,
  disabled = false,
  className,
  ...aria
}: SelectProps<Value>) {
  return (
    <Base.Root
      value={value}
      items={options}
      modal={false}
      disabled={disabled}
      onValueChange={(next) => {
        if (next !== null) onChange(next)
      }}
    >
      <Base.Trigger
        className={classNames(styles.trigger, className)}
        data-size={size}
        data-quiet={quiet || undefined}
        {...aria}
      >
        <Base.Value className={styles.value} />
        <Base.Icon className={styles.icon} render={<ChevronDown />} />
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner
          className={styles.layer}
          sideOffset={4}
          alignItemWithTrigger={false}
          collisionPadding={8}
        >
          <Base.Popup className={styles.popup}>
            <Base.List className={styles.list}>
              {options.map((option) => (
                <Base.Item key={option.value} value={option.value} className={styles.item}>
                  <Base.ItemText className={styles.text}>{option.label}</Base.ItemText>
                  <Base.ItemIndicator className={styles.check}>
                    <Check />
                  </Base.ItemIndicator>
                </Base.Item>
              ))}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
