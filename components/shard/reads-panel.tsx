import { counted } from '../../lib/format.ts'
import type { ShardCell } from '../../lib/frames.ts'
import { Panel, type PanelState } from '../ui/panel.tsx'
import { CountsTable } from './counts-table.tsx'

/** How the reads of the shard were answered. */
export function ReadsPanel({
  shard: { reads, restarts },
  state,
}: {
  shard: ShardCell
  state: PanelState
}) {
  return (
    <Panel state={state} title="Reads" note="since the start">
      <CountsTable
        caption={
          restarts === 0
            ? 'The watchdog never had to start its reader anew'
            : `The watchdog started its reader anew ${counted(restarts, 'time')}`
        }
        rows={[
          { name: 'Answered', value: reads.ok, words: 'with records or at the tip' },
          { name: 'Empty', value: reads.empty, words: 'nothing new', part: true },
          {
            name: 'Contradicting',
            value: reads.contradicting,
            words: 'not believed; read again from where it was',
          },
          { name: 'Throttled', value: reads.throttled, words: 'others read it too; tried again' },
          { name: 'Expired', value: reads.expired, words: 'iterator too old; got a new one' },
          { name: 'Failed', value: reads.failed, words: 'any other error; tried again' },
        ]}
      />
    </Panel>
  )
}
