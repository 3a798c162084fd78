import { BEGIN_ANEW } from '../../damage/store-trouble.ts'
import type { ListedShard } from '../read/stream-source.ts'
import { compareSequenceNumbers } from './sequence-number.ts'

/** Whether a shard can be gone on from its checkpoint. */
export type Trust =
  /** It is as this program wrote it, or nothing was read yet. */
  | { kind: 'own' }
  /** A version wrote it that kept no checksums: it has to be held against a listing first. */
  | { kind: 'unlisted' }
  /** It fits the listing. Kinesis has to take the very number: no other position may stand in for it. */
  | { kind: 'unproven' }
  /** It does not belong to the shard: what was read of it is not known. `since`: epoch ms. */
  | { kind: 'broken'; since: number; problem: string }

/** What someone has to do. */
export const BROKEN_REMEDY = `Stop Kinesight, look with npm run doctor at what else is damaged, and put back a backup of DATA_DIR. ${BEGIN_ANEW} The other shards are read meanwhile.`

/** Whether its row may be written: one that is not known to be right would look as if it were. */
export const isWritable = ({ kind }: Trust): boolean => kind === 'own'

/** What a listing says of a checkpoint that was `unlisted`. `now`: epoch ms. */
export function trustListed(checkpoint: string, { numbers }: ListedShard, now: number): Trust {
  if (numbers === undefined) return { kind: 'unproven' }
  const { from, to } = numbers
  const problem =
    compareSequenceNumbers(checkpoint, from) < 0
      ? `Its checkpoint ${checkpoint} is before its first sequence number, ${from}.`
      : to !== undefined && compareSequenceNumbers(checkpoint, to) > 0
        ? `Its checkpoint ${checkpoint} is after its last sequence number, ${to}.`
        : undefined
  return problem === undefined ? { kind: 'unproven' } : { kind: 'broken', since: now, problem }
}
