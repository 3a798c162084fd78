import type { DeadLetter } from '../../lib/api.ts'
import { bytes, exact } from '../../lib/format.ts'
import { exactTime } from '../../lib/format-time.ts'
import { shownLines } from '../../lib/shown-text.ts'
import { ShardLink } from '../shards/shard-link.tsx'
import { Badge } from '../ui/badge.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { EventText } from '../ui/event-text.tsx'
import styles from './letter-dialog.module.css'
import { reasonText } from './letter-table.tsx'
import { isWhole } from './whole-record.ts'

/** One rejected record or event with all the bytes that were kept, as text and never as markup. */
export function LetterDialog({
  letter,
  onClose,
}: {
  /** null: closed. */
  letter: DeadLetter | null
  onClose: () => void
}) {
  return (
    <Dialog
      open={letter !== null}
      onClose={onClose}
      wide
      title={letter === null ? '' : reasonText(letter)}
      description={letter && <EventText text={letter.detail} />}
    >
      {letter !== null && <Letter letter={letter} />}
    </Dialog>
  )
}

function Letter({ letter }: { letter: DeadLetter }) {
  const { data } = letter
  return (
    <div className={styles.letter}>
      {letter.app !== null && <FailedApp app={letter.app} />}
      <dl className={styles.facts}>
        <dt>Arrived</dt>
        <dd>{exactTime(letter.arrivedAt)}</dd>
        <dt>Shard</dt>
        <dd>
          <ShardLink shardId={letter.shardId} />
        </dd>
        <dt>Sequence number</dt>
        <dd className={styles.copyable}>
          <span className={styles.mono}>{letter.sequenceNumber}</span>
          <CopyButton text={letter.sequenceNumber} label="Copy sequence number" />
        </dd>
        <dt>Event</dt>
        <dd>{placeOf(letter)}</dd>
      </dl>
      <div className={styles.head}>
        <h3>Record</h3>
        <span className={styles.size}>{sizeText(letter)}</span>
        <CopyButton text={data.text} label="Copy record" />
      </div>
      {data.encoding === 'base64' && (
        <p>
          <Badge tone="neutral">Binary</Badge>
          <span className={styles.binary}>Not text in UTF-8, so it is shown in base64.</span>
        </p>
      )}
      {data.text === '' ? (
        <p className={styles.nothing}>There are no bytes in it.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a long record scrolls by keyboard
        <pre className={styles.bytes} tabIndex={0}>
          <bdi>{shownLines(data.text)}</bdi>
        </pre>
      )}
    </div>
  )
}

function FailedApp({ app }: { app: string }) {
  return (
    <p>
      The app <strong>{app}</strong> could not take this event in. The event itself was applied, and
      the other apps have it.
    </p>
  )
}

const placeOf = (letter: DeadLetter): string =>
  isWhole(letter) ? 'none: the record as a whole' : `number ${letter.index + 1} in its record`

function sizeText({ data }: DeadLetter): string {
  const whole = `${exact(data.bytes)} bytes`
  const size = data.bytes < 1_000 ? whole : `${bytes(data.bytes)} (${whole})`
  return data.cut ? `the beginning of ${size}; the rest was not kept` : size
}
