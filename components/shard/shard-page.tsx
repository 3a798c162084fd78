'use client'

import { useRouter } from 'next/navigation'
import { useEffect } from 'react'
import type { ShardCell, ShardDetailCell, StatusCell } from '../../lib/frames.ts'
import type { View } from '../../lib/view.ts'
import { useArrivedAt, useCell, useCells, useWatch } from '../live/store.ts'
import { useStaleness } from '../live/use-staleness.ts'
import { keepLastShard } from '../shards/kept-list.ts'
import { Columns } from '../ui/columns.tsx'
import { Empty } from '../ui/empty.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { useEscape } from '../ui/use-escape.ts'
import { HappeningsPanel } from './happenings-panel.tsx'
import { KeysPanel } from './keys-panel.tsx'
import { LineagePanel } from './lineage-panel.tsx'
import { OutcomePanel } from './outcome-panel.tsx'
import { PositionPanel } from './position-panel.tsx'
import { ReadsPanel } from './reads-panel.tsx'
import { BackToShards, ShardHeader } from './shard-header.tsx'
import styles from './shard-page.module.css'
import { ShardStats } from './shard-stats.tsx'
import { ThroughputPanel } from './throughput-panel.tsx'

/** Everything that is known of one shard, live. Esc goes back to the list. */
export function ShardPage({ shardId }: { shardId: string }) {
  const view: View = { kind: 'shard', shardId }
  useWatch(view)
  const router = useRouter()
  useEscape(() => router.push('/shards'))
  useEffect(() => keepLastShard(shardId), [shardId])
  const arrived = useArrivedAt(view)
  const status = useCell('status')
  const shard = useCell(`shard.${shardId}`)
  const detail = useCell('detail')
  if (!arrived) return <Loading shardId={shardId} />
  if (shard === undefined || detail?.shardId !== shardId) {
    return <NoShard shardId={shardId} status={status} />
  }
  return <Shard shard={shard} detail={detail} />
}

function Shard({ shard, detail }: { shard: ShardCell; detail: ShardDetailCell }) {
  const cells = useCells()
  const state = useStaleness().stale ? 'stale' : 'ok'
  const known = (ids: readonly string[]) => ids.map((id) => ({ id, cell: cells?.[`shard.${id}`] }))
  return (
    <>
      <ShardHeader shard={shard} />
      <ShardStats shard={shard} />
      <ThroughputPanel shard={shard} />
      <Columns count={3}>
        <PositionPanel shard={shard} state={state} />
        <OutcomePanel shard={shard} state={state} />
        <ReadsPanel shard={shard} state={state} />
      </Columns>
      <Columns count={2}>
        <LineagePanel
          shard={shard}
          parents={known(shard.parents)}
          offspring={known(detail.children)}
          state={state}
        />
        <KeysPanel shard={shard} topKeys={detail.topKeys} state={state} />
      </Columns>
      <HappeningsPanel happenings={detail.happenings} state={state} />
    </>
  )
}

function Loading({ shardId }: { shardId: string }) {
  return (
    <>
      <header className={styles.head}>
        <BackToShards />
        <h2 className={styles.id}>{shardId}</h2>
      </header>
      <div className={styles.loading} role="status" aria-label="Loading">
        <Skeleton height={96} />
        <Skeleton height={260} />
      </div>
    </>
  )
}

function NoShard({ shardId, status }: { shardId: string; status: StatusCell | undefined }) {
  // Until the stream is reached none is known, whatever there is.
  if (status === undefined || status.incarnation === null) {
    return (
      <Empty
        title="The shards are not known yet"
        reason="The stream has not been reached yet. This page fills by itself once it is."
        action={<BackToShards />}
      />
    )
  }
  return (
    <Empty
      title={`There is no shard ${shardId}`}
      reason="The stream has none of this name, and none is remembered: it may be mistyped, or of another stream."
      action={<BackToShards />}
    />
  )
}
