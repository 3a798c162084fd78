import Link from 'next/link'
import { eventsRead } from '../../lib/fates.ts'
import { exact } from '../../lib/format.ts'
import { date } from '../../lib/format-time.ts'
import type { ShardCell } from '../../lib/frames.ts'
import { Panel, type PanelState } from '../ui/panel.tsx'
import { type CountRow, CountsTable } from './counts-table.tsx'
import { lettersOf } from './shard-stats.tsx'

/** What became of what was read: fates of events, and KPL aggregates where there were any. */
export function OutcomePanel({ shard, state }: { shard: ShardCell; state: PanelState }) {
  const { fates, shardId } = shard
  const rows: CountRow[] = [
    { name: 'Applied', value: fates.applied, words: 'in the numbers' },
    { name: 'Late', value: fates.late, words: 'came after newer events', part: true },
    {
      name: 'From the future',
      value: fates.clamped,
      words: 'counted at their arrival',
      part: true,
    },
    { name: 'Beyond history', value: fates.beyond, words: beyondOf(shard), part: true },
    { name: 'Duplicate', value: fates.duplicate, words: 'seen before, left out' },
    {
      name: 'Rejected',
      value: fates.rejected,
      words: <Link href={lettersOf(shardId)}>under Dead letters</Link>,
    },
    ...aggregates(shard),
    ...logLines(shard),
  ]
  return (
    <Panel state={state} title="What became of it">
      <CountsTable caption={`Of the ${exact(eventsRead(fates))} events read from it`} rows={rows} />
    </Panel>
  )
}

const beyondOf = ({ beyond }: ShardCell): string =>
  beyond === null
    ? 'older than all that is kept'
    : `no window shows them; from ${date(beyond.oldestAt)} on`

function logLines({ partlyRead }: ShardCell): CountRow[] {
  if (partlyRead === 0) return []
  return [
    { name: 'Log lines read in part', value: partlyRead, words: 'further fields passed over' },
  ]
}

function aggregates({ aggregated, outOfRange, putAgain }: ShardCell): CountRow[] {
  if (aggregated === 0 && putAgain === 0) return []
  return [
    { name: 'KPL sub-records', value: aggregated, words: 'unpacked from aggregates' },
    {
      name: 'Out of range',
      value: outOfRange,
      words:
        outOfRange === 0 ? 'all have keys of this shard' : 'have keys of another shard; applied',
      part: true,
    },
    {
      name: 'Put again',
      value: putAgain,
      words:
        putAgain === 0
          ? 'none without an id came twice after a reshard'
          : 'came twice after a reshard; the second is a duplicate',
      part: true,
    },
  ]
}
