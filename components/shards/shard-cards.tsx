import { percent } from '../../lib/format.ts'
import { millis } from '../../lib/format-time.ts'
import type { ShardCell } from '../../lib/frames.ts'
import { LimitMeter } from './limit-meter.tsx'
import { ReaderBadge } from './reader-badge.tsx'
import { waitsFor } from './reader-words.ts'
import styles from './shard-cards.module.css'
import { ShardLink } from './shard-link.tsx'

/** The table's rows where there is no room for a table. */
export function ShardCards({ shards }: { shards: readonly ShardCell[] }) {
  return (
    <ul className={styles.list} aria-label="Shards">
      {shards.map((shard) => (
        <li key={shard.shardId}>
          <ShardLink shardId={shard.shardId} className={styles.card}>
            <span className={styles.id}>{shard.shardId}</span>
            <span className={styles.state}>
              <ReaderBadge reader={shard.reader} />
            </span>
            <Waits shard={shard} />
            <LimitMeter shard={shard} of="records" limitShown />
            <LimitMeter shard={shard} of="bytes" limitShown />
            <span className={styles.facts}>
              {percent(shard.trafficShare)} of the traffic, {percent(shard.hashRange.share)} of the
              keys, lag {millis(shard.millisBehindLatest)}
            </span>
          </ShardLink>
        </li>
      ))}
    </ul>
  )
}

function Waits({ shard }: { shard: ShardCell }) {
  const waits = waitsFor(shard.reader)
  return waits === undefined ? null : <span className={styles.waits}>{waits}</span>
}
