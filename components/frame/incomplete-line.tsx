import { FileWarning } from 'lucide-react'
import Link from 'next/link'
import type { Incomplete } from '../../lib/frames.ts'
import { useServerNow } from '../live/store.ts'
import styles from './incomplete-line.module.css'
import { incompleteWords } from './incomplete-words.ts'

/** Says that figures or steps of this page lack something for good, and of when; nothing where they do not. */
export function IncompleteLine({ incomplete }: { incomplete: Incomplete | undefined }) {
  const now = useServerNow(10_000)
  if (incomplete === undefined || now === 0) return null
  return (
    <section className={styles.line} aria-label="Incomplete">
      <FileWarning aria-hidden="true" />
      <p className={styles.words}>
        {incompleteWords(incomplete, now)} <Link href="/shards">What was damaged</Link>
      </p>
    </section>
  )
}
