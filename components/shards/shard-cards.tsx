import { percent } from '../../lib/format.ts'
import { millis } from '../../lib/format-time.ts'
import type { ShardCell } from '../../lib/frames.ts'
import { LimitMeter } from './limit-meter.tsx'
import { ReaderBadge } from './reader-badge.tsx'
import styles from './shard-cards.module.css'

/** The table's rows where there is no room for a table. */
export function ShardCards({
  shards,
  onShard,
}: {
  shards: readonly ShardCell[]
  onShard: (shardId: string) => void
}) {
  return (
    <ul className={styles.list} aria-label="Shards">
      {shards.map((shard) => (
        <li key={shard.shardId}>
          <button type="button" className={styles.card} onClick={() => onShard(shard.shardId)}>
            <span className={styles.id}>{shard.shardId}</span>
            <span className={styles.state}>
              <ReaderBadge reader={shard.reader} />
            </span>
            <LimitMeter shard={shard} of="records" limitShown />
            <LimitMeter shard={shard} of="bytes" limitShown />
            <span className={styles.facts}>
              {percent(shard.trafficShare)} of the traffic, {percent(shard.hashRange.share)} of the
              keys, lag {millis(shard.millisBehindLatest)}
            </span>
          </button>
        </li>
      ))}
    </ul>
  )
}
