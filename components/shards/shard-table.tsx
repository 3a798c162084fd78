import { count, exact, percent } from '../../lib/format.ts'
import { millis } from '../../lib/format-time.ts'
import type { ShardCell } from '../../lib/frames.ts'
import { Figure } from '../ui/figure.tsx'
import { MiddleCut } from '../ui/middle-cut.tsx'
import { type Column, Table } from '../ui/table.tsx'
import { LimitMeter } from './limit-meter.tsx'
import { ReaderCell } from './reader-badge.tsx'
import { ShardLink } from './shard-link.tsx'
import type { ShardOrder, ShardSort } from './shard-list.ts'
import styles from './shards.module.css'

export function ShardTable({
  shards,
  order,
  onOrder,
  onShard,
}: {
  shards: readonly ShardCell[]
  order: ShardOrder
  onOrder: (order: ShardOrder) => void
  onShard: (shardId: string) => void
}) {
  return (
    <Table
      label="Shards"
      columns={columns(order, onOrder)}
      rows={shards}
      rowKey={(shard) => shard.shardId}
      onRow={(shard) => onShard(shard.shardId)}
      rowTitle={() => 'Show everything about this shard'}
    />
  )
}

function columns(
  order: ShardOrder,
  onOrder: (order: ShardOrder) => void,
): readonly Column<ShardCell>[] {
  const sorted = (sort: ShardSort) => ({
    ...(order.sort === sort && { sorted: order.direction }),
    onSort: () => onOrder(nextOrder(order, sort)),
  })
  return [
    {
      id: 'shard',
      header: 'Shard',
      ...sorted('shard'),
      cell: ({ shardId }) => <ShardLink shardId={shardId} className={styles.id} inRow />,
    },
    { id: 'reader', header: 'Reader', cell: (shard) => <ReaderCell reader={shard.reader} /> },
    {
      id: 'records',
      header: 'Records, of 1,000/s',
      ...sorted('records'),
      cell: (shard) => <LimitMeter shard={shard} of="records" />,
    },
    {
      id: 'bytes',
      header: 'Bytes, of 1 MB/s',
      ...sorted('bytes'),
      cell: (shard) => <LimitMeter shard={shard} of="bytes" />,
    },
    {
      id: 'traffic',
      header: 'Traffic',
      numeric: true,
      ...sorted('traffic'),
      bar: (shard) => shard.trafficShare,
      cell: (shard) => percent(shard.trafficShare),
    },
    {
      id: 'keys',
      header: 'Key range',
      numeric: true,
      hideBelow: 'tablet',
      cell: (shard) => percent(shard.hashRange.share),
    },
    {
      id: 'lag',
      header: 'Lag',
      numeric: true,
      ...sorted('lag'),
      cell: (shard) => millis(shard.millisBehindLatest),
    },
    {
      id: 'checkpoint',
      header: 'Checkpoint',
      hideBelow: 'tablet',
      cell: (shard) => <Checkpoint shard={shard} />,
    },
    fate('applied', 'Applied'),
    fate('duplicate', 'Duplicate'),
    { ...fate('rejected', 'Rejected'), ...sorted('rejected') },
    fate('late', 'Late'),
  ]
}

const fate = (
  id: 'applied' | 'duplicate' | 'rejected' | 'late',
  header: string,
): Column<ShardCell> => ({
  id,
  header,
  numeric: true,
  hideBelow: 'tablet',
  cell: (shard) => (
    <Figure size={13} text={count(shard.fates[id])} exact={exact(shard.fates[id])} />
  ),
})

function Checkpoint({ shard }: { shard: ShardCell }) {
  if (shard.checkpoint === null) return <span className={styles.faint}>none yet</span>
  return (
    <span className={styles.checkpoint}>
      <MiddleCut text={shard.checkpoint} tail={6} mono />
    </span>
  )
}

/** A second click turns the order round; figures start with the largest. */
function nextOrder(order: ShardOrder, sort: ShardSort): ShardOrder {
  if (order.sort === sort) return { sort, direction: order.direction === 'up' ? 'down' : 'up' }
  return { sort, direction: sort === 'shard' ? 'up' : 'down' }
}
