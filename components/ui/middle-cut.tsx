import { classNames } from './class-names.ts'
import styles from './middle-cut.module.css'
import { Tooltip } from './tooltip.tsx'

/** How many characters at the end always stay. */
const TAIL = 10

export interface MiddleCutProps {
  text: string
  /** Keeps this many characters at the end; fewer where the text is short. */
  tail?: number
  mono?: boolean
  className?: string
}

/** Long text cut in the middle where it has no room: whole in the tooltip, and whole when copied. */
export function MiddleCut({ text, tail = TAIL, mono = false, className }: MiddleCutProps) {
  const [head, end] = splitForCut(text, tail)
  return (
    <Tooltip content={text}>
      <span
        className={classNames(styles.cut, mono && styles.mono, className)}
        onCopy={(event) => {
          event.clipboardData.setData('text/plain', text)
          event.preventDefault()
        }}
      >
        <span className={styles.head}>{head}</span>
        {end !== '' && <span className={styles.tail}>{end}</span>}
      </span>
    </Tooltip>
  )
}

/** The part that may be cut and the part that stays; never through a surrogate pair. */
export function splitForCut(text: string, tail: number): [head: string, end: string] {
  const characters = Array.from(text)
  if (characters.length <= tail * 2) return [text, '']
  return [characters.slice(0, -tail).join(''), characters.slice(-tail).join('')]
}
