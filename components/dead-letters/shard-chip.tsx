import { X } from 'lucide-react'
import { ShardLink } from '../shards/shard-link.tsx'
import { Button } from '../ui/button.tsx'
import styles from './shard-chip.module.css'

/** Says that only one shard's letters are shown, leads to it, and takes the filter away. */
export function ShardChip({ shardId, onClear }: { shardId: string; onClear: () => void }) {
  return (
    <div className={styles.chip}>
      <span>
        Only of <ShardLink shardId={shardId} />; the counts are of the whole stream
      </span>
      <Button
        kind="quiet"
        size="small"
        square
        icon={<X />}
        aria-label="Show all shards"
        title="Show all shards"
        onClick={onClear}
      />
    </div>
  )
}
