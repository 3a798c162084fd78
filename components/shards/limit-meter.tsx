import { byteRate, rate } from '../../lib/format.ts'
import type { ShardCell } from '../../lib/frames.ts'
import { BYTES_PER_SECOND, RECORDS_PER_SECOND } from '../../lib/shard-limits.ts'
import { Meter } from '../ui/bar.tsx'
import styles from './limit-meter.module.css'

/** A rate of one shard over the part of its limit that it uses. */
export function LimitMeter({
  shard,
  of,
  limitShown = false,
}: {
  shard: ShardCell
  of: 'records' | 'bytes'
  /** Where no heading says it. */
  limitShown?: boolean
}) {
  const records = of === 'records'
  const value = records ? shard.recordsPerSecond : shard.bytesPerSecond
  const text = records ? rate(value) : byteRate(value)
  return (
    <span className={styles.limit}>
      <span className={styles.rate}>
        {text}
        {limitShown && <span className={styles.of}> of {records ? '1,000/s' : '1 MB/s'}</span>}
      </span>
      <Meter
        value={value}
        limit={records ? RECORDS_PER_SECOND : BYTES_PER_SECOND}
        label={`${text} of ${records ? '1,000 records/s' : '1 MB/s'}`}
      />
    </span>
  )
}
