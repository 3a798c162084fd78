import Link from 'next/link'
import { eventsRead, type Fates } from '../../lib/fates.ts'
import { byteRate, count, counted, decimal, exact, percent } from '../../lib/format.ts'
import { millis } from '../../lib/format-time.ts'
import type { ShardCell, StatusCell } from '../../lib/frames.ts'
import { BYTES_PER_SECOND, RECORDS_PER_SECOND } from '../../lib/shard-limits.ts'
import { useStaleness } from '../live/use-staleness.ts'
import { Figure } from '../ui/figure.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { type Stat, Stats } from '../ui/stats.tsx'
import { totalsOf } from './shard-list.ts'
import { splitUnit } from './split-unit.ts'

const LABELS = [
  'Records in',
  'Bytes in',
  'Lag',
  'Open shards',
  'Events applied',
  'Duplicate',
  'Rejected',
]

/** The whole stream, before its parts. */
export function StreamTotals({
  shards,
  status,
}: {
  shards: readonly ShardCell[] | null
  status: StatusCell | undefined
}) {
  const { stale } = useStaleness()
  const stats =
    shards === null || status === undefined
      ? LABELS.map((label) => ({
          id: label,
          label,
          value: <Skeleton width={72} height={24} />,
        }))
      : figures(shards, status)
  return <Stats label="Stream totals" stats={stats} stale={stale} />
}

function figures(shards: readonly ShardCell[], status: StatusCell): Stat[] {
  const totals = totalsOf(shards)
  const { fates } = status
  const maxRecords = totals.open * RECORDS_PER_SECOND
  const maxBytes = totals.open * BYTES_PER_SECOND
  const used = maxRecords === 0 ? null : totals.recordsPerSecond / maxRecords
  const usedBytes = maxBytes === 0 ? null : totals.bytesPerSecond / maxBytes
  return [
    {
      id: 'records',
      label: 'Records in',
      value: <Figure size={28} text={decimal(totals.recordsPerSecond)} unit="/s" />,
      note: `${percent(used)} of ${exact(maxRecords)}/s`,
    },
    {
      id: 'bytes',
      label: 'Bytes in',
      value: (
        <Figure
          size={28}
          {...splitUnit(byteRate(totals.bytesPerSecond))}
          exact={`${exact(totals.bytesPerSecond, 0)} B/s`}
        />
      ),
      note: `${percent(usedBytes)} of ${byteRate(maxBytes)}`,
    },
    {
      id: 'lag',
      label: 'Lag',
      value: <Figure size={28} {...splitUnit(millis(totals.behindMs))} />,
      note: totals.behindMs === 0 ? 'all read to the tip' : 'shard furthest behind',
    },
    {
      id: 'shards',
      label: 'Open shards',
      value: <Figure size={28} text={count(totals.open)} />,
      note: `${counted(shards.length, 'shard')} known`,
    },
    {
      id: 'applied',
      label: 'Events applied',
      value: <Figure size={28} text={count(fates.applied)} exact={exact(fates.applied)} />,
      note:
        fates.beyond === 0
          ? `${count(fates.late)} of them late`
          : `${count(fates.late)} late, ${count(fates.beyond)} too old`,
    },
    {
      id: 'duplicate',
      label: 'Duplicate',
      value: <Figure size={28} text={count(fates.duplicate)} exact={exact(fates.duplicate)} />,
      note: shareOf(fates.duplicate, fates),
    },
    {
      id: 'rejected',
      label: 'Rejected',
      value: <Figure size={28} text={count(fates.rejected)} exact={exact(fates.rejected)} />,
      note:
        fates.rejected === 0 ? (
          shareOf(0, fates)
        ) : (
          <Link href="/dead-letters">Show dead letters</Link>
        ),
    },
    ...readInPart(totals.partlyRead),
  ]
}

/** Most streams carry no logs. */
const readInPart = (lines: number): Stat[] =>
  lines === 0
    ? []
    : [
        {
          id: 'partlyRead',
          label: 'Read in part',
          value: <Figure size={28} text={count(lines)} exact={exact(lines)} />,
          note: 'log lines with further fields',
        },
      ]

const shareOf = (part: number, fates: Fates): string => {
  const read = eventsRead(fates)
  return read === 0 ? 'nothing read yet' : `${percent(part / read)} of all read`
}
