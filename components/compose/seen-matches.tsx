import { age } from '../../lib/format-time.ts'
import type { FilterMatch, SeenCell } from '../../lib/frames.ts'
import { useServerNow } from '../live/store.ts'
import { EventText } from '../ui/event-text.tsx'
import styles from './kpi-preview.module.css'
import { matchText } from './seen-words.ts'

/** How many of the newest events match, and what those that do look like. */
export function SeenMatches({
  seen,
  types,
  stale,
}: {
  seen: SeenCell
  /** Of each of the formula's filters, as it was typed. */
  types: readonly string[]
  stale: boolean
}) {
  return (
    <div className={styles.matches} data-stale={stale || undefined}>
      {seen.matches.map((match, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the first is above the line, the second below it
        <section key={index}>
          <h3 className={styles.heading}>{matchText(match, (types[index] ?? '').trim())}</h3>
          {match.samples.map((sample) => (
            <Sample key={`${sample.time} ${sample.fields.join()}`} sample={sample} />
          ))}
        </section>
      ))}
    </div>
  )
}

function Sample({ sample }: { sample: FilterMatch['samples'][number] }) {
  const now = useServerNow()
  return (
    <p className={styles.sample}>
      <EventText text={sample.type} className={styles.sampleType} />
      {sample.fields.map(([name, text]) => (
        <span key={name} className={styles.sampleField}>
          <EventText text={name} className={styles.sampleName} /> <EventText text={text} />
        </span>
      ))}
      {now > 0 && <span className={styles.sampleName}>{age(now - sample.time)} ago</span>}
    </p>
  )
}
