import { besideText } from '../../lib/format-money.ts'
import { classNames } from './class-names.ts'
import styles from './others.module.css'

/** Money in other currencies than the figure's, beside or below it: there are no exchange rates here. */
export function Others({
  of: others,
  below = false,
  brief = false,
  most = 2,
  className,
}: {
  of: readonly string[] | undefined
  below?: boolean
  /** For a column: one amount, and how many more. */
  brief?: boolean
  most?: number
  className?: string | undefined
}) {
  if (others === undefined || others.length === 0) return null
  return (
    <>
      {/* Read out, and copied, it is a word of its own. */}{' '}
      <span
        className={classNames(styles.others, below && styles.below, className)}
        title={others.slice(0, 12).join(', ')}
      >
        {brief ? briefText(others) : besideText(others, most)}
      </span>
    </>
  )
}

const briefText = ([first, ...rest]: readonly string[]): string =>
  rest.length === 0 ? `${first}` : `${first} +${rest.length}`
