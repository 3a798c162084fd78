import { percent, rate } from '../../lib/format.ts'
import type { ShardCell, ShardDetailCell } from '../../lib/frames.ts'
import { hotKeyOf } from '../../lib/hot-key.ts'
import { Badge } from '../ui/badge.tsx'
import { Empty } from '../ui/empty.tsx'
import { MiddleCut } from '../ui/middle-cut.tsx'
import { Panel, type PanelState } from '../ui/panel.tsx'
import { type Column, Table } from '../ui/table.tsx'
import styles from './keys-panel.module.css'

type TopKey = ShardDetailCell['topKeys'][number]

const COLUMNS: readonly Column<TopKey>[] = [
  {
    id: 'key',
    header: 'Key',
    cell: ({ key }) => (
      <span className={styles.key}>
        <MiddleCut text={key} mono />
      </span>
    ),
  },
  { id: 'rate', header: 'Records', numeric: true, cell: (key) => rate(key.recordsPerSecond) },
  {
    id: 'share',
    header: 'Of the shard',
    numeric: true,
    bar: ({ share }) => share,
    cell: ({ share }) => percent(share),
  },
]

/** Which partition keys make up the shard's load. */
export function KeysPanel({
  shard,
  topKeys,
  state,
}: {
  shard: ShardCell
  topKeys: readonly TopKey[]
  state: PanelState
}) {
  return (
    <Panel state={state} title="Top partition keys" note="over the last minute, about" flush>
      <HotKey shard={shard} topKeys={topKeys} />
      <Table
        label="Top partition keys"
        columns={COLUMNS}
        rows={topKeys}
        rowKey={({ key }) => key}
        empty={<Empty compact title="No record was read in the last minute" />}
      />
    </Panel>
  )
}

function HotKey({ shard, topKeys }: { shard: ShardCell; topKeys: readonly TopKey[] }) {
  const hot = hotKeyOf(shard, topKeys)
  if (hot === undefined) return null
  return (
    <div className={styles.warning} role="status">
      <Badge tone="warn">Hot key</Badge>
      <span>
        One key carries {percent(hot.share)} of this shard, which is at {percent(hot.used)} of its
        limit. A split does not help: all records of a key go to one shard. Let producers spread it
        over more keys.
      </span>
    </div>
  )
}
