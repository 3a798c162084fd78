import { Field as Base } from '@base-ui/react/field'
import type { ComponentProps, ReactNode } from 'react'
import { classNames } from './class-names.ts'
import styles from './field.module.css'

export interface FieldProps {
  label: string
  /** Keeps the label for screen readers only: inside a sentence its words are already there. */
  labelHidden?: boolean
  /** What is wrong and what to do about it; undefined where nothing is. */
  error?: string | undefined
  hint?: ReactNode
  className?: string
  children: ReactNode
}

/** A label, its control (`TextInput`, `Select`) and the words about it. */
export function Field({
  label,
  labelHidden = false,
  error,
  hint,
  className,
  children,
}: FieldProps) {
  return (
    <Base.Root className={classNames(styles.field, className)} invalid={error !== undefined}>
      <Base.Label className={labelHidden ? 'visually-hidden' : styles.label}>{label}</Base.Label>
      {children}
      {error === undefined
        ? hint !== undefined && <Base.Description className={styles.hint}>{hint}</Base.Description>
        : null}
      <Base.Error className={styles.error} match={error !== undefined}>
        {error}
      </Base.Error>
    </Base.Root>
  )
}

/** A one-line text control; inside a `Field` it is labelled and described by it. */
export function TextInput({
  className,
  unit,
  ...rest
}: ComponentProps<'input'> & {
  /** Shown inside the control at its end: "USD", "%". */
  unit?: string
}) {
  const { defaultValue, value, ...others } = rest
  const control = (
    <Base.Control
      {...others}
      {...(value !== undefined && { value: value as string })}
      {...(defaultValue !== undefined && { defaultValue: defaultValue as string })}
      className={classNames(styles.input, className)}
    />
  )
  if (unit === undefined) return control
  return (
    <span className={styles.withUnit}>
      {control}
      <span className={styles.unit} aria-hidden="true">
        {unit}
      </span>
    </span>
  )
}
