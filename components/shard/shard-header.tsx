import { ChevronLeft } from 'lucide-react'
import Link from 'next/link'
import { asSentence } from '../../lib/format.ts'
import { age, clock, duration, exactTime } from '../../lib/format-time.ts'
import type { ReaderState, ShardCell } from '../../lib/frames.ts'
import { useShownNow } from '../live/store.ts'
import { ReaderBadge } from '../shards/reader-badge.tsx'
import { readerHelp } from '../shards/reader-words.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import styles from './shard-page.module.css'

export function BackToShards() {
  return (
    <Link href="/shards" className={styles.back} title="Back to the list  Esc">
      <ChevronLeft aria-hidden="true" />
      All shards
    </Link>
  )
}

/** Which shard, what its reader does, and what went wrong last. */
export function ShardHeader({ shard }: { shard: ShardCell }) {
  const { shardId, reader, open, lastError } = shard
  return (
    <header className={styles.head} data-reader={reader.kind}>
      <BackToShards />
      <h2 className={styles.id}>
        {shardId}
        <CopyButton text={shardId} label="Copy shard id" />
      </h2>
      <ReaderBadge reader={reader} />
      <span className={styles.open}>
        {open ? 'open: takes records' : 'closed: takes no more records'}
      </span>
      <p className={styles.state}>{readerHelp(reader)}</p>
      {'remedy' in reader ? (
        <Trouble reader={reader} />
      ) : (
        lastError !== null && <LastError error={lastError} />
      )}
    </header>
  )
}

function Trouble({ reader }: { reader: Extract<ReaderState, { problem: string }> }) {
  const now = useShownNow()
  return (
    <p className={styles.state}>
      <strong>{asSentence(reader.problem)}</strong> {reader.remedy}{' '}
      <span className={styles.since} title={exactTime(reader.since)}>
        since {clock(reader.since)}, {duration(now - reader.since)}
      </span>
    </p>
  )
}

function LastError({ error }: { error: NonNullable<ShardCell['lastError']> }) {
  const now = useShownNow()
  return (
    <p className={styles.state}>
      Last error, over by now: <strong>{asSentence(error.problem)}</strong> {error.remedy}{' '}
      <span className={styles.since} title={exactTime(error.at)}>
        {age(now - error.at)} ago
      </span>
    </p>
  )
}
