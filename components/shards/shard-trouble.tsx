import { clock, duration, exactTime } from '../../lib/format-time.ts'
import type { ShardCell } from '../../lib/frames.ts'
import { useServerNow } from '../live/store.ts'
import { Badge } from '../ui/badge.tsx'
import { inTrouble } from './shard-list.ts'
import styles from './shard-trouble.module.css'

/** As many as are read; the table lists all of them first. */
const MOST = 5

/** What is wrong with which shard, and what to do about it. Nothing where all is well. */
export function ShardTrouble({
  shards,
  onShard,
}: {
  shards: readonly ShardCell[]
  onShard: (shardId: string) => void
}) {
  const now = useServerNow()
  const troubled = shards.filter(inTrouble)
  if (troubled.length === 0) return null
  return (
    <section className={styles.trouble} aria-label="Shards in trouble">
      <ul className={styles.list}>
        {troubled.slice(0, MOST).map((shard) => {
          const { reader } = shard
          if (reader.kind !== 'retrying') return null
          return (
            <li key={shard.shardId} className={styles.item}>
              <Badge tone="bad">In trouble</Badge>
              <div className={styles.words}>
                <button
                  type="button"
                  className={styles.shard}
                  onClick={() => onShard(shard.shardId)}
                >
                  {shard.shardId}
                </button>
                <span className={styles.since} title={exactTime(reader.since)}>
                  since {clock(reader.since)}, {duration(now - reader.since)}
                </span>
                <p className={styles.problem}>{reader.problem}</p>
                <p className={styles.remedy}>{reader.remedy}</p>
              </div>
            </li>
          )
        })}
      </ul>
      {troubled.length > MOST && (
        <p className={styles.more}>
          and {troubled.length - MOST} more, at the top of the list of shards
        </p>
      )}
    </section>
  )
}
