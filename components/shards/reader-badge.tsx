import { asSentence } from '../../lib/format.ts'
import type { ReaderState } from '../../lib/frames.ts'
import { Badge } from '../ui/badge.tsx'
import styles from './reader-badge.module.css'
import { READER_LOOKS, READER_WORDS, waitsFor } from './reader-words.ts'

export function ReaderBadge({ reader }: { reader: ReaderState }) {
  return <Badge {...READER_LOOKS[reader.kind]}>{READER_WORDS[reader.kind]}</Badge>
}

/** The badge, and below it what the reader waits for. */
export function ReaderCell({ reader }: { reader: ReaderState }) {
  const waits = waitsFor(reader)
  const remedy = 'remedy' in reader ? ` ${reader.remedy}` : ''
  return (
    <span className={styles.cell}>
      <ReaderBadge reader={reader} />
      {waits !== undefined && (
        <span className={styles.waits} title={`${asSentence(waits)}${remedy}`}>
          {waits}
        </span>
      )}
    </span>
  )
}
