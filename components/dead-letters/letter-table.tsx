import type { DeadLetter } from '../../lib/api.ts'
import { exactTime, moment } from '../../lib/format-time.ts'
import { REJECT_LABELS } from '../../lib/rejection.ts'
import { textInWords } from '../../lib/shown-text.ts'
import { EventText } from '../ui/event-text.tsx'
import { MiddleCut } from '../ui/middle-cut.tsx'
import { type Column, Table } from '../ui/table.tsx'
import styles from './letter-table.module.css'
import { oneLine } from './preview.ts'
import { isWhole } from './whole-record.ts'

export function LetterTable({
  letters,
  now,
  onLetter,
}: {
  letters: readonly DeadLetter[]
  now: number
  onLetter: (letter: DeadLetter) => void
}) {
  return (
    <Table
      label="Dead letters"
      columns={columns(now)}
      rows={letters}
      rowKey={(letter) => String(letter.id)}
      onRow={onLetter}
      rowTitle={() => 'Show the whole record'}
    />
  )
}

const columns = (now: number): readonly Column<DeadLetter>[] => [
  {
    id: 'time',
    header: 'Arrived',
    cell: (letter) => (
      <span className={styles.time} title={exactTime(letter.arrivedAt)}>
        {moment(letter.arrivedAt, now)}
      </span>
    ),
  },
  { id: 'reason', header: 'Reason', cell: reasonText },
  {
    id: 'detail',
    header: 'What was wrong',
    cell: (letter) => (
      <span
        className={`${styles.clip} ${styles.wrong}`}
        title={textInWords(letter.detail, { most: 400 })}
      >
        <EventText text={letter.detail} />
      </span>
    ),
  },
  {
    id: 'record',
    header: 'Record',
    cell: (letter) => (
      <span className={`${styles.clip} ${styles.record} ${styles.mono}`}>
        <EventText text={shown(letter)} />
      </span>
    ),
  },
  { id: 'shard', header: 'Shard', hideBelow: 'tablet', cell: (letter) => letter.shardId },
  {
    id: 'sequence',
    header: 'Sequence number',
    hideBelow: 'tablet',
    cell: (letter) => (
      <span className={styles.sequence}>
        <MiddleCut text={letter.sequenceNumber} tail={6} mono />
      </span>
    ),
  },
  {
    id: 'index',
    header: 'Event',
    numeric: true,
    hideBelow: 'tablet',
    cell: (letter) => (isWhole(letter) ? '–' : letter.index + 1),
  },
]

/** "App failed: kpi" */
export const reasonText = ({ reason, app }: DeadLetter): string =>
  app === null ? REJECT_LABELS[reason] : `${REJECT_LABELS[reason]}: ${app}`

export const shown = ({ data }: DeadLetter): string =>
  data.encoding === 'base64' ? `(binary) ${oneLine(data.text)}` : oneLine(data.text)

/** The table's rows where there is no room for a table. */
export function LetterList({
  letters,
  now,
  onLetter,
}: {
  letters: readonly DeadLetter[]
  now: number
  onLetter: (letter: DeadLetter) => void
}) {
  return (
    <ul className={styles.list} aria-label="Dead letters">
      {letters.map((letter) => (
        <li key={letter.id}>
          <button type="button" className={styles.item} onClick={() => onLetter(letter)}>
            <span className={styles.reason}>{reasonText(letter)}</span>
            <span className={styles.when}>{moment(letter.arrivedAt, now)}</span>
            <span className={styles.detail}>
              <EventText text={letter.detail} />
            </span>
            <span className={`${styles.clip} ${styles.mono}`}>
              <EventText text={shown(letter)} />
            </span>
          </button>
        </li>
      ))}
    </ul>
  )
}
