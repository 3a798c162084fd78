'use client'

import { useMemo } from 'react'
import type { View } from '../../lib/view.ts'
import { useArrivedAt, useCell, useCells, useWatch } from '../live/store.ts'
import { ReadingLine } from './reading-line.tsx'
import { shardsIn } from './shard-list.ts'
import { ShardPanel } from './shard-panel.tsx'
import { ShardThroughput } from './shard-throughput.tsx'
import { StreamNotices } from './stream-notices.tsx'
import { StreamTotals } from './stream-totals.tsx'

const VIEW: View = { kind: 'shards' }

export function ShardsPage() {
  useWatch(VIEW)
  const cells = useCells()
  const arrived = useArrivedAt(VIEW)
  const status = useCell('status')
  const shards = useMemo(
    () => (arrived && cells !== undefined ? shardsIn(cells) : null),
    [arrived, cells],
  )
  return (
    <>
      <StreamTotals shards={shards} status={status} />
      <ReadingLine status={status} />
      <StreamNotices shards={shards ?? []} status={status} />
      <ShardThroughput shards={shards} status={status} />
      <ShardPanel shards={shards} />
    </>
  )
}
