import { counted, exact, percent } from '../../lib/format.ts'
import { age, exactTime } from '../../lib/format-time.ts'
import type { ShardCell } from '../../lib/frames.ts'
import { useShownNow } from '../live/store.ts'
import { MODE_WORDS } from '../shards/reading-line.tsx'
import { Copyable, Fact, Facts } from '../ui/facts.tsx'
import { Panel, type PanelState } from '../ui/panel.tsx'

/** Up to where the shard is in the numbers, and which keys it has. */
export function PositionPanel({ shard, state }: { shard: ShardCell; state: PanelState }) {
  const { checkpoint, hashRange, mode } = shard
  return (
    <Panel state={state} title="Where it stands">
      <Facts>
        <Fact term="Checkpoint">
          {checkpoint === null ? (
            'none yet: nothing of this shard is in the numbers'
          ) : (
            <Copyable text={checkpoint} label="Copy checkpoint" />
          )}
        </Fact>
        {checkpoint !== null && <Fact term="Of that record">{partOf(shard)}</Fact>}
        <Fact term="Last record">
          <LastRecord at={shard.lastArrivalAt} />
        </Fact>
        <Fact term="Read by">{MODE_WORDS[mode]}</Fact>
        <Fact term="Hash keys">{percent(hashRange.share)} of all</Fact>
        <Fact term="First key">
          <Copyable text={hashRange.from} label="Copy first hash key" />
        </Fact>
        <Fact term="Last key">
          <Copyable text={hashRange.to} label="Copy last hash key" />
        </Fact>
      </Facts>
    </Panel>
  )
}

const partOf = ({ subSequence }: ShardCell): string =>
  subSequence === null
    ? 'all of it is in the numbers'
    : `the first ${counted(subSequence, 'event')} of it are in the numbers (sub-sequence ${exact(subSequence)})`

function LastRecord({ at }: { at: number | null }) {
  const now = useShownNow()
  if (at === null) return 'none yet'
  return <span title={exactTime(at)}>arrived {age(now - at)} ago</span>
}
