import { Button as BaseButton } from '@base-ui/react/button'
import type { ComponentProps, ReactNode } from 'react'
import styles from './button.module.css'
import { classNames } from './class-names.ts'

export interface ButtonProps extends Omit<ComponentProps<'button'>, 'className'> {
  /** `primary`: the one thing to do here. `danger`: takes something away. `quiet`: without a frame. */
  kind?: 'primary' | 'plain' | 'quiet' | 'danger'
  size?: 'small' | 'medium'
  icon?: ReactNode
  /** A square with the icon alone; give it an `aria-label`. */
  square?: boolean
  className?: string
}

/** Says what happens: "Create alert", not "OK". */
export function Button({
  kind = 'plain',
  size = 'medium',
  icon,
  square = false,
  className,
  children,
  ...rest
}: ButtonProps) {
  return (
    <BaseButton
      type="button"
      {...rest}
      className={classNames(styles.button, className)}
      data-kind={kind}
      data-size={size}
      data-square={square || undefined}
    >
      {icon}
      {children}
    </BaseButton>
  )
}
