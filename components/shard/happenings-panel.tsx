import { TriangleAlert } from 'lucide-react'
import { exactTime, moment } from '../../lib/format-time.ts'
import type { ShardHappening } from '../../lib/frames.ts'
import { useServerNow } from '../live/store.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { Empty } from '../ui/empty.tsx'
import { MiddleCut } from '../ui/middle-cut.tsx'
import { Panel, type PanelState } from '../ui/panel.tsx'
import styles from './happenings-panel.module.css'

/** What happened to the shard, newest first. */
export function HappeningsPanel({
  happenings,
  state,
}: {
  happenings: readonly ShardHappening[]
  state: PanelState
}) {
  const now = useServerNow(10_000)
  return (
    <Panel state={state} title="What happened" note="since the start, newest first" flush>
      {happenings.length === 0 ? (
        <Empty compact title="Nothing worth telling has happened since the start" />
      ) : (
        <ol className={styles.list}>
          {withKeys(happenings).map(([key, happening]) => (
            <Happening key={key} happening={happening} now={now} />
          ))}
        </ol>
      )}
    </Panel>
  )
}

/** Two of the same millisecond may say the same. */
function withKeys(happenings: readonly ShardHappening[]): [key: string, ShardHappening][] {
  const seen = new Map<string, number>()
  return happenings.map((happening) => {
    const words = `${happening.at} ${happening.sequenceNumber} ${happening.text}`
    const times = (seen.get(words) ?? 0) + 1
    seen.set(words, times)
    return [`${words} ${times}`, happening]
  })
}

function Happening({ happening, now }: { happening: ShardHappening; now: number }) {
  const { at, level, text, sequenceNumber } = happening
  return (
    <li className={styles.item}>
      <time className={styles.time} dateTime={exactTime(at)} title={exactTime(at)}>
        {moment(at, now)}
      </time>
      <span className={styles.mark}>
        {level === 'warn' && <TriangleAlert data-warn role="img" aria-label="Warning" />}
      </span>
      <span className={styles.text}>{text}</span>
      {sequenceNumber !== null && (
        <span className={styles.sequence}>
          <span className={styles.cut}>
            <MiddleCut text={sequenceNumber} tail={8} mono />
          </span>
          <CopyButton text={sequenceNumber} label="Copy sequence number" />
        </span>
      )}
    </li>
  )
}
