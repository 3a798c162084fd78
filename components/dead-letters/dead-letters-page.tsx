'use client'

import { useState } from 'react'
import type { DeadLetter } from '../../lib/api.ts'
import { eventsRead } from '../../lib/fates.ts'
import { exact } from '../../lib/format.ts'
import { REJECT_LABELS, type RejectReason } from '../../lib/rejection.ts'
import type { View } from '../../lib/view.ts'
import { useCell, useServerNow, useWatch } from '../live/store.ts'
import { usePhone } from '../live/use-media.ts'
import { useStaleness } from '../live/use-staleness.ts'
import { Button } from '../ui/button.tsx'
import { Empty } from '../ui/empty.tsx'
import { Panel } from '../ui/panel.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import styles from './dead-letters.module.css'
import { LetterDialog } from './letter-dialog.tsx'
import { LetterList, LetterTable } from './letter-table.tsx'
import { ReasonChips } from './reason-chips.tsx'
import { type DeadLetters, useDeadLetters } from './use-dead-letters.ts'

const VIEW: View = { kind: 'status' }

export function DeadLettersPage() {
  useWatch(VIEW)
  const fates = useCell('status')?.fates
  const now = useServerNow(10_000)
  const phone = usePhone()
  const staleness = useStaleness()
  const [reason, setReason] = useState<RejectReason | null>(null)
  const [open, setOpen] = useState<DeadLetter | null>(null)
  const dead = useDeadLetters(reason, fates?.rejected)
  const List = phone ? LetterList : LetterTable

  return (
    <>
      <ReasonChips counts={dead.answer?.counts ?? {}} chosen={reason} onChoose={setReason} />
      <Panel
        title="Rejected records and events"
        note={
          staleness.note ??
          (fates === undefined
            ? undefined
            : `${exact(fates.rejected)} of ${exact(eventsRead(fates))} events read`)
        }
        state={staleness.stale ? 'stale' : 'ok'}
        flush
      >
        {dead.letters.length > 0 && <List letters={dead.letters} now={now} onLetter={setOpen} />}
        <Below
          dead={dead}
          reason={reason}
          read={fates === undefined ? 0 : eventsRead(fates)}
          onAll={() => setReason(null)}
        />
      </Panel>
      <LetterDialog letter={open} onClose={() => setOpen(null)} />
    </>
  )
}

interface BelowProps {
  dead: DeadLetters
  reason: RejectReason | null
  /** How many events have been read. */
  read: number
  onAll: () => void
}

/** What comes after the rows, or instead of them. */
function Below(props: BelowProps) {
  const { dead, reason } = props
  const none = dead.letters.length === 0
  if (dead.problem !== null) {
    return (
      <Empty
        compact={!none}
        title="The dead letters could not be read"
        reason={dead.problem}
        action={<Button onClick={dead.reload}>Try again</Button>}
      />
    )
  }
  if (none && dead.busy) return <SkeletonRows count={6} />
  if (none) return <NoLetters {...props} />
  if (!dead.more) return <Gone dead={dead} reason={reason} />
  return (
    <div className={styles.more}>
      <Button disabled={dead.busy} onClick={dead.loadOlder}>
        Show older
      </Button>
    </div>
  )
}

function NoLetters({ dead, reason, read, onAll }: BelowProps) {
  if (reason === null) {
    const soFar =
      read === 0
        ? 'No event has been read yet.'
        : `None of the ${exact(read)} events read was rejected.`
    return (
      <Empty
        title="No dead letters"
        reason={`${soFar} A record that cannot be decoded, or an event with a bad field, is kept here with its bytes and the reason.`}
      />
    )
  }
  const count = dead.answer?.counts[reason] ?? 0
  return (
    <Empty
      title={`No record kept for “${REJECT_LABELS[reason]}”`}
      reason={
        count === 0
          ? 'None was rejected for it.'
          : `All ${exact(count)} are older than what is kept.`
      }
      action={<Button onClick={onAll}>Show all reasons</Button>}
    />
  )
}

/** Counts go on for ever, bytes do not: says how many are beyond the end of the list. */
function Gone({ dead, reason }: { dead: DeadLetters; reason: RejectReason | null }) {
  const { counts = {} } = dead.answer ?? {}
  const all =
    reason === null
      ? Object.values(counts).reduce((sum, each) => sum + each, 0)
      : (counts[reason] ?? 0)
  const gone = all - dead.letters.length
  if (gone <= 0) return null
  return <p className={styles.gone}>{exact(gone)} older ones are counted, but no longer kept.</p>
}
