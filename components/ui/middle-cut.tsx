import { runsFromRight, shownText } from '../../lib/shown-text.ts'
import { classNames } from './class-names.ts'
import { EventText } from './event-text.tsx'
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
  const [head, end] = splitForCut(shownText(text, { most: Number.POSITIVE_INFINITY }), tail)
  return (
    <Tooltip content={<EventText text={text} />}>
      <bdi
        dir="auto"
        className={classNames(styles.cut, mono && styles.mono, className)}
        onCopy={(event) => {
          event.clipboardData.setData('text/plain', text)
          event.preventDefault()
        }}
      >
        <span className={styles.head}>{head}</span>
        {end !== '' && <span className={styles.tail}>{end}</span>}
      </bdi>
    </Tooltip>
  )
}

/** The part that may be cut and the part that stays; never through a character with its marks. */
export function splitForCut(text: string, tail: number): [head: string, end: string] {
  const characters = Array.from(text)
  // Of what is read from both sides no part is the end.
  if (characters.length <= tail * 2 || runsFromRight(text)) return [text, '']
  let seam = characters.length - tail
  while (seam > 0 && /[\p{M}\u200c\u200d]/u.test(characters[seam] ?? '')) seam--
  return [characters.slice(0, seam).join(''), characters.slice(seam).join('')]
}
