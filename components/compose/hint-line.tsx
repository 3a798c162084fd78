import { EventText } from '../ui/event-text.tsx'
import styles from './hint-line.module.css'
import type { Hint } from './seen-words.ts'

/** Why nothing is let through, and what would be: a click takes it. */
export function HintLine({ hint, onPick }: { hint: Hint; onPick: (text: string) => void }) {
  return (
    <p className={styles.hint} role="status">
      {hint.text}
      {hint.instead.map((text) => (
        <button key={text} type="button" className={styles.pick} onClick={() => onPick(text)}>
          <EventText text={text} most={80} />
        </button>
      ))}
    </p>
  )
}
