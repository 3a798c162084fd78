import { useRouter } from 'next/navigation'
import { type RefObject, useEffect, useMemo, useRef, useState } from 'react'
import { counted, exact } from '../../lib/format.ts'
import type { ShardCell } from '../../lib/frames.ts'
import { usePhone } from '../live/use-media.ts'
import { useStaleness } from '../live/use-staleness.ts'
import { Button } from '../ui/button.tsx'
import { Empty } from '../ui/empty.tsx'
import { TextInput } from '../ui/field.tsx'
import { Panel } from '../ui/panel.tsx'
import { Select } from '../ui/select.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { keepList, keptList, type ListState, takeLastShard } from './kept-list.ts'
import { ShardCards } from './shard-cards.tsx'
import { shardHref } from './shard-link.tsx'
import { choicesOf, listShards } from './shard-list.ts'
import { ShardTable } from './shard-table.tsx'
import styles from './shards.module.css'

/** Rows of a page: as many as can be drawn anew with every frame. */
const PAGE = 50

/** All shards: to search, to sort, by state, page by page. */
export function ShardPanel({ shards }: { shards: readonly ShardCell[] | null }) {
  const router = useRouter()
  const [list, setList] = useListState()
  const phone = usePhone()
  const { stale, note } = useStaleness()
  const rows = useRef<HTMLDivElement>(null)
  useBackAt(rows, shards !== null)
  const listed = useMemo(() => listShards(shards ?? [], list), [shards, list])
  const pages = Math.max(1, Math.ceil(listed.length / PAGE))
  const page = Math.min(list.page, pages - 1)
  const drawn = listed.slice(page * PAGE, (page + 1) * PAGE)
  const refine = (part: Partial<ListState>) => setList({ ...list, page: 0, ...part })

  return (
    <Panel
      title="Shards"
      note={note}
      state={stale ? 'stale' : 'ok'}
      flush
      aside={
        <>
          <Select
            aria-label="State"
            size="small"
            value={list.choice}
            options={choicesOf(shards ?? [], list.choice)}
            onChange={(choice) => refine({ choice })}
          />
          <span className={styles.search}>
            <TextInput
              type="search"
              placeholder="Find a shard"
              aria-label="Find a shard by its id"
              value={list.search}
              onChange={(event) => refine({ search: event.currentTarget.value })}
            />
          </span>
        </>
      }
    >
      <div ref={rows}>
        {shards === null ? (
          <SkeletonRows count={4} rowHeight={44} />
        ) : drawn.length === 0 ? (
          <NoRows
            known={shards.length}
            search={list.search.trim()}
            onShowAll={() => refine({ search: '', choice: 'all' })}
          />
        ) : phone ? (
          <ShardCards shards={drawn} />
        ) : (
          <ShardTable
            shards={drawn}
            order={list}
            onOrder={refine}
            onShard={(shardId) => router.push(shardHref(shardId))}
          />
        )}
      </div>
      {pages > 1 && (
        <Pager
          page={page}
          pages={pages}
          rows={listed.length}
          onPage={(next) => {
            setList({ ...list, page: next })
            rows.current?.scrollIntoView({ block: 'nearest' })
          }}
        />
      )}
    </Panel>
  )
}

/** Outlives the page: who comes back from a shard finds the list as it was. */
function useListState(): [ListState, (list: ListState) => void] {
  const [list, setList] = useState(keptList)
  return [
    list,
    (next) => {
      keepList(next)
      setList(next)
    },
  ]
}

/** The row of the shard one comes back from has the focus, if nothing else has it. */
function useBackAt(rows: RefObject<HTMLDivElement | null>, there: boolean): void {
  useEffect(() => {
    if (!there) return
    const shardId = takeLastShard()
    if (shardId === undefined || document.activeElement !== document.body) return
    const all = rows.current?.querySelectorAll<HTMLElement>('[data-row]') ?? []
    const row = [...all].find((each) => each.dataset.row === shardId)
    row?.focus({ preventScroll: true })
    row?.scrollIntoView({ block: 'center' })
  }, [rows, there])
}

function Pager({
  page,
  pages,
  rows,
  onPage,
}: {
  page: number
  pages: number
  rows: number
  onPage: (page: number) => void
}) {
  return (
    <nav className={styles.pager} aria-label="Pages of shards">
      <Button size="small" disabled={page === 0} onClick={() => onPage(page - 1)}>
        Before
      </Button>
      <span className={styles.place}>
        {exact(page * PAGE + 1)}–{exact(Math.min(rows, (page + 1) * PAGE))} of {exact(rows)}
      </span>
      <Button size="small" disabled={page === pages - 1} onClick={() => onPage(page + 1)}>
        Next
      </Button>
    </nav>
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
        reason="They are known as soon as the stream is reached. What keeps it from that, if anything does, is said above."
      />
    )
  }
  return (
    <Empty
      title={search === '' ? 'No shard in this state' : `No such shard with “${search}” in its id`}
      reason={`The stream has ${counted(known, 'shard')}, finished ones included.`}
      action={<Button onClick={onShowAll}>Show all shards</Button>}
    />
  )
}
