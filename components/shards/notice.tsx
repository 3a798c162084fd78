import type { ReactNode } from 'react'
import { clock, duration, exactTime } from '../../lib/format-time.ts'
import { useServerNow } from '../live/store.ts'
import { Badge, type BadgeShape, type Tone } from '../ui/badge.tsx'
import styles from './notice.module.css'

/** Things to look at, the worst first; nothing where there is none. */
export function Notices({ label, children }: { label: string; children: readonly ReactNode[] }) {
  if (children.length === 0) return null
  return (
    <ul className={styles.notices} aria-label={label}>
      {children}
    </ul>
  )
}

export function Notice({
  tone,
  shape,
  word,
  since,
  remedy,
  children,
}: {
  tone: Tone
  shape?: BadgeShape
  /** What kind of thing it is. */
  word: string
  /** Epoch ms. */
  since?: number
  /** What to do about it, or that nothing has to be done. */
  remedy?: ReactNode
  children: ReactNode
}) {
  return (
    <li className={styles.notice} data-tone={tone}>
      <span className={styles.badge}>
        <Badge tone={tone} {...(shape !== undefined && { shape })}>
          {word}
        </Badge>
      </span>
      <div className={styles.words}>
        <p>
          {children} {since !== undefined && <Since since={since} />}
        </p>
        {remedy !== undefined && remedy !== false && <p className={styles.remedy}>{remedy}</p>}
      </div>
    </li>
  )
}

function Since({ since }: { since: number }) {
  const now = useServerNow()
  return (
    <span className={styles.since} title={exactTime(since)}>
      since {clock(since)}, {duration(now - since)}
    </span>
  )
}
