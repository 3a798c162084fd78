import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { ShardLink } from '../shards/shard-link.tsx'
import { Button } from '../ui/button.tsx'
import styles from './choice-chips.module.css'

/** Says that only one shard's letters are shown, leads to it, and takes the filter away. */
export function ShardChip({ shardId, onClear }: { shardId: string; onClear: () => void }) {
  return (
    <Chip clear="Show all shards" onClear={onClear}>
      Only of <ShardLink shardId={shardId} />; the counts are of the whole stream
    </Chip>
  )
}

/** Says that the letters are those of a stream that is no longer there. */
export function FormerChip({ number, onClear }: { number: number; onClear: () => void }) {
  return (
    <Chip clear="Show the stream of now" onClear={onClear}>
      Of a former stream, number {number}, which was deleted; the counts are its own
    </Chip>
  )
}

function Chip({
  clear,
  onClear,
  children,
}: {
  clear: string
  onClear: () => void
  children: ReactNode
}) {
  return (
    <div className={styles.chip}>
      <span>{children}</span>
      <Button
        kind="quiet"
        size="small"
        square
        icon={<X />}
        aria-label={clear}
        title={clear}
        onClick={onClear}
      />
    </div>
  )
}
