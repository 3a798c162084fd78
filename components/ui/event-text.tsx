import { shownText } from '../../lib/shown-text.ts'
import { classNames } from './class-names.ts'
import styles from './event-text.module.css'

/** What a producer wrote, among our own words: it turns none of them round, has a height of one line and is seen, whatever it is. */
export function EventText({
  text,
  most,
  className,
}: {
  text: string
  /** Of more characters the middle is left out. */
  most?: number
  className?: string | undefined
}) {
  const shown = shownText(text, most === undefined ? {} : { most })
  return <bdi className={classNames(styles.text, className)}>{shown}</bdi>
}
