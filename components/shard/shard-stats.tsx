import Link from 'next/link'
import { eventsRead } from '../../lib/fates.ts'
import { byteRate, bytes, count, decimal, exact, NONE, percent } from '../../lib/format.ts'
import { age, exactTime, millis } from '../../lib/format-time.ts'
import type { ShardCell } from '../../lib/frames.ts'
import { BYTES_PER_SECOND, RECORDS_PER_SECOND } from '../../lib/shard-limits.ts'
import { useShownNow } from '../live/store.ts'
import { useStaleness } from '../live/use-staleness.ts'
import { isFinished } from '../shards/shard-list.ts'
import { splitUnit } from '../shards/split-unit.ts'
import { Figure } from '../ui/figure.tsx'
import { type Stat, Stats } from '../ui/stats.tsx'

/** The shard in figures: what comes in, how far behind it is, and what was read. */
export function ShardStats({ shard }: { shard: ShardCell }) {
  const { stale } = useStaleness()
  const now = useShownNow()
  return <Stats label="Shard in figures" stats={figures(shard, now)} stale={stale} />
}

function figures(shard: ShardCell, now: number): Stat[] {
  const { recordsPerSecond, bytesPerSecond, fates } = shard
  return [
    {
      id: 'records',
      label: 'Records in',
      value: <Figure size={28} text={decimal(recordsPerSecond)} unit="/s" />,
      note: `${percent(recordsPerSecond / RECORDS_PER_SECOND)} of 1,000/s`,
    },
    {
      id: 'bytes',
      label: 'Bytes in',
      value: (
        <Figure
          size={28}
          {...splitUnit(byteRate(bytesPerSecond))}
          exact={`${exact(bytesPerSecond, 0)} B/s`}
        />
      ),
      note: `${percent(bytesPerSecond / BYTES_PER_SECOND)} of 1 MB/s`,
    },
    lag(shard),
    progress(shard, now),
    {
      id: 'read',
      label: 'Records read',
      value: <Figure size={28} text={count(shard.records)} exact={exact(shard.records)} />,
      note: bytes(shard.bytes),
    },
    {
      id: 'applied',
      label: 'Events applied',
      value: <Figure size={28} text={count(fates.applied)} exact={exact(fates.applied)} />,
      note: `of ${count(eventsRead(fates))} read`,
    },
    {
      id: 'rejected',
      label: 'Rejected',
      value: <Figure size={28} text={count(fates.rejected)} exact={exact(fates.rejected)} />,
      note: <Link href={lettersOf(shard.shardId)}>Show dead letters</Link>,
    },
  ]
}

export const lettersOf = (shardId: string): string =>
  `/dead-letters?shard=${encodeURIComponent(shardId)}`

function lag({ millisBehindLatest, reader }: ShardCell): Stat {
  if (reader.kind === 'trimmed') {
    return { ...LAG, value: <Figure size={28} text={NONE} />, note: 'nothing more is read' }
  }
  const note = reader.kind === 'finished' ? 'read to its end' : 'read to the tip'
  return {
    ...LAG,
    value: <Figure size={28} {...splitUnit(millis(millisBehindLatest))} />,
    note: millisBehindLatest === 0 ? note : 'behind the tip',
  }
}

const LAG = { id: 'lag', label: 'Lag' }
const PROGRESS = { id: 'progress', label: 'Last progress' }

/** When a read was last answered: what tells a quiet shard from a stuck reader. */
function progress(shard: ShardCell, now: number): Stat {
  const { lastProgressAt } = shard
  if (lastProgressAt === null) {
    const note = isFinished(shard) ? 'before this start' : 'no read answered yet'
    return { ...PROGRESS, value: <Figure size={28} text={NONE} />, note }
  }
  const { text, unit } = splitUnit(age(now - lastProgressAt))
  return {
    ...PROGRESS,
    value: <Figure size={28} text={text} unit={`${unit} ago`} exact={exactTime(lastProgressAt)} />,
    note: 'a read was answered',
  }
}
