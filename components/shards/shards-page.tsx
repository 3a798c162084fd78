'use client'

import { useMemo, useState } from 'react'
import type { View } from '../../lib/view.ts'
import { useArrived, useCell, useCells, useWatch } from '../live/store.ts'
import { ShardDialog } from './shard-dialog.tsx'
import { shardsIn } from './shard-list.ts'
import { ShardPanel } from './shard-panel.tsx'
import { ShardThroughput } from './shard-throughput.tsx'
import { ShardTrouble } from './shard-trouble.tsx'
import { StreamTotals } from './stream-totals.tsx'

const VIEW: View = { kind: 'shards' }

export function ShardsPage() {
  useWatch(VIEW)
  const cells = useCells()
  const arrived = useArrived()
  const status = useCell('status')
  const [chosen, setChosen] = useState<string | null>(null)
  const shards = useMemo(
    () => (arrived && cells !== undefined ? shardsIn(cells) : null),
    [arrived, cells],
  )
  return (
    <>
      <StreamTotals shards={shards} status={status} />
      <ShardTrouble shards={shards ?? []} onShard={setChosen} />
      <ShardThroughput shards={shards} status={status} onShard={setChosen} />
      <ShardPanel shards={shards} onShard={setChosen} />
      <ShardDialog
        shardId={chosen}
        shards={shards ?? []}
        onShard={setChosen}
        onClose={() => setChosen(null)}
      />
    </>
  )
}
