import { useState } from 'react'
import { count, counted } from '../../lib/format.ts'
import type { ShardCell } from '../../lib/frames.ts'
import { usePhone } from '../live/use-media.ts'
import { useStaleness } from '../live/use-staleness.ts'
import { Button } from '../ui/button.tsx'
import { Empty } from '../ui/empty.tsx'
import { TextInput } from '../ui/field.tsx'
import { Panel } from '../ui/panel.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { ShardCards } from './shard-cards.tsx'
import { isFinished, listShards } from './shard-list.ts'
import { type ShardOrder, ShardTable } from './shard-table.tsx'
import styles from './shards.module.css'

/** Rows drawn at first, and added by each wish for more. */
const PAGE = 50

/** All shards: to search, to sort, finished ones folded away. */
export function ShardPanel({
  shards,
  onShard,
}: {
  shards: readonly ShardCell[] | null
  onShard: (shardId: string) => void
}) {
  const [search, setSearch] = useState('')
  const [order, setOrder] = useState<ShardOrder>({ sort: 'shard', direction: 'up' })
  const [finished, setFinished] = useState(false)
  const [most, setMost] = useState(PAGE)
  const phone = usePhone()
  const { stale, note } = useStaleness()
  const done = shards?.filter(isFinished).length ?? 0
  const listed = listShards(shards ?? [], { search, finished, ...order })
  const drawn = listed.slice(0, most)
  const List = phone ? ShardCards : ShardTable

  return (
    <Panel
      title="Shards"
      note={note ?? (listed.length > drawn.length ? `${most} of ${listed.length}` : undefined)}
      state={stale ? 'stale' : 'ok'}
      flush
      aside={
        <>
          {done > 0 && search === '' && (
            <Button size="small" aria-pressed={finished} onClick={() => setFinished(!finished)}>
              {finished ? 'Hide' : 'Show'} {count(done)} finished
            </Button>
          )}
          <span className={styles.search}>
            <TextInput
              type="search"
              placeholder="Find a shard"
              aria-label="Find a shard by its id"
              value={search}
              onChange={(event) => setSearch(event.currentTarget.value)}
            />
          </span>
        </>
      }
    >
      {shards === null ? (
        <SkeletonRows count={4} rowHeight={44} />
      ) : drawn.length === 0 ? (
        <NoRows
          known={shards.length}
          search={search}
          onShowAll={() => {
            setSearch('')
            setFinished(true)
          }}
        />
      ) : (
        <List shards={drawn} order={order} onOrder={setOrder} onShard={onShard} />
      )}
      {listed.length > drawn.length && (
        <div className={styles.more}>
          <Button onClick={() => setMost(most + PAGE)}>
            Show {Math.min(PAGE, listed.length - drawn.length)} more
          </Button>
        </div>
      )}
    </Panel>
  )
}

function NoRows({
  known,
  search,
  onShowAll,
}: {
  known: number
  search: string
  onShowAll: () => void
}) {
  if (known === 0) {
    return (
      <Empty
        title="No shards known yet"
        reason="The stream is still being looked up. If this stays, check that it exists and can be reached."
      />
    )
  }
  return (
    <Empty
      title={search === '' ? 'No open shard' : `No shard with “${search}” in its id`}
      reason={`The stream has ${counted(known, 'shard')}, finished ones included.`}
      action={<Button onClick={onShowAll}>Show all shards</Button>}
    />
  )
}
