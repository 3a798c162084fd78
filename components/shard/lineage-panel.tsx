import { percent } from '../../lib/format.ts'
import type { ShardCell } from '../../lib/frames.ts'
import { keyShare } from '../shards/finding-words.ts'
import { READER_WORDS, shortId } from '../shards/reader-words.ts'
import { ShardLink } from '../shards/shard-link.tsx'
import { Panel, type PanelState } from '../ui/panel.tsx'
import { type Block, lineageOf } from './lineage.ts'
import styles from './lineage-panel.module.css'

/** A parent or child; without a cell where the stream and we have forgotten it. */
export interface Kin {
  id: string
  cell: ShardCell | undefined
}

/** Where the shard came from and what came of it, drawn over the hash keys each has. */
export function LineagePanel({
  shard,
  parents,
  offspring,
  state,
}: {
  shard: ShardCell
  parents: readonly Kin[]
  offspring: readonly Kin[]
  state: PanelState
}) {
  const drawn = lineageOf(shard, cellsOf(parents), cellsOf(offspring))
  return (
    <Panel state={state} title="Lineage" note="left to right by hash key">
      <div className={styles.rows}>
        <Row name={parents.length === 1 ? 'Parent' : 'Parents'} blocks={drawn.parents}>
          none: it was there from the beginning
        </Row>
        <Row name="This" blocks={drawn.self} self />
        <Row name={offspring.length === 1 ? 'Child' : 'Children'} blocks={drawn.children}>
          {shard.open ? 'none: it is open' : 'none known'}
        </Row>
        <div className={styles.row}>
          <span className={styles.name}>All keys</span>
          <Place shard={shard} />
        </div>
      </div>
      <Forgotten kin={[...parents, ...offspring]} />
    </Panel>
  )
}

const cellsOf = (kin: readonly Kin[]): ShardCell[] => kin.flatMap(({ cell }) => cell ?? [])

function Row({
  name,
  blocks,
  self = false,
  children,
}: {
  name: string
  blocks: readonly Block[]
  self?: boolean
  /** Instead of the blocks where there is none. */
  children?: string
}) {
  return (
    <div className={styles.row}>
      <span className={styles.name}>{name}</span>
      {blocks.length === 0 ? (
        <span className={styles.none}>{children}</span>
      ) : (
        <div className={styles.track}>
          {blocks.map((block) => (
            <BlockLink key={block.shard.shardId} block={block} self={self} />
          ))}
        </div>
      )}
    </div>
  )
}

function BlockLink({ block: { shard, left, width }, self }: { block: Block; self: boolean }) {
  const place = { left: `${left * 100}%`, width: `calc(${width * 100}% - 2px)` }
  const state = READER_WORDS[shard.reader.kind]
  const title = `${shard.shardId}, ${state.toLowerCase()}, ${percent(shard.hashRange.share)} of all keys`
  const words = (
    <>
      <span className={styles.shard}>
        <span className={styles.word}>Shard </span>
        {shortId(shard.shardId)}
      </span>
      <span className={styles.state}>{state}</span>
    </>
  )
  if (self) {
    return (
      <span className={styles.block} style={place} title={title} data-self>
        {words}
      </span>
    )
  }
  return (
    <ShardLink shardId={shard.shardId} className={styles.block} title={title} style={place}>
      {words}
    </ShardLink>
  )
}

/** Where the shard's keys lie among all. */
function Place({ shard: { hashRange } }: { shard: ShardCell }) {
  const before = hashRange.from === '0' ? 0 : keyShare('0', String(BigInt(hashRange.from) - 1n))
  const share = keyShare(hashRange.from, hashRange.to)
  return (
    <span className={styles.whole} title={`${percent(share)} of all keys`}>
      <span
        className={styles.here}
        style={{ left: `min(${before * 100}%, 100% - 3px)`, width: `${share * 100}%` }}
      />
    </span>
  )
}

function Forgotten({ kin }: { kin: readonly Kin[] }) {
  const gone = kin.filter(({ cell }) => cell === undefined).map(({ id }) => id)
  if (gone.length === 0) return null
  return <p className={styles.words}>No longer kept: {gone.join(', ')}</p>
}
