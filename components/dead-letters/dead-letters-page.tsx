'use client'

import Link from 'next/link'
import { useState } from 'react'
import type { DeadLetter } from '../../lib/api.ts'
import { eventsRead, type Fates } from '../../lib/fates.ts'
import { exact } from '../../lib/format.ts'
import type { StatusCell } from '../../lib/frames.ts'
import { REJECT_LABELS, type RejectReason } from '../../lib/rejection.ts'
import type { View } from '../../lib/view.ts'
import { type CreatedAgain, createdAgainOf } from '../former/created-again.ts'
import { useUrlState } from '../frame/url-state.ts'
import { useCell, useServerNow, useWatch } from '../live/store.ts'
import { usePhone } from '../live/use-media.ts'
import { useStaleness } from '../live/use-staleness.ts'
import { Button } from '../ui/button.tsx'
import { Empty } from '../ui/empty.tsx'
import { Panel } from '../ui/panel.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { FormerChip, ShardChip } from './choice-chips.tsx'
import styles from './dead-letters.module.css'
import { LetterDialog } from './letter-dialog.tsx'
import { readLetterParams } from './letter-params.ts'
import { LetterList, LetterTable } from './letter-table.tsx'
import { knownFates, noneWords } from './none-words.ts'
import { ReasonChips } from './reason-chips.tsx'
import { type DeadLetters, useDeadLetters } from './use-dead-letters.ts'

const VIEW: View = { kind: 'status' }

export function DeadLettersPage() {
  useWatch(VIEW)
  const status = useCell('status')
  const again = createdAgainOf(status)
  const now = useServerNow(10_000)
  const phone = usePhone()
  const staleness = useStaleness()
  const [params, change] = useUrlState()
  const { reason, shard, incarnation } = readLetterParams(params)
  const fates = incarnation === null ? knownFates(status) : formerFates(again, incarnation)
  const [open, setOpen] = useState<DeadLetter | null>(null)
  const dead = useDeadLetters({ reason, shard, incarnation }, status && writtenOf(status))
  const List = phone ? LetterList : LetterTable

  return (
    <>
      <ReasonChips
        counts={dead.answer?.counts ?? {}}
        chosen={reason}
        onChoose={(next) => change({ reason: next })}
      />
      {incarnation !== null && (
        <FormerChip
          number={incarnation}
          onClear={() => change({ incarnation: null, reason: null, shard: null })}
        />
      )}
      {shard !== null && <ShardChip shardId={shard} onClear={() => change({ shard: null })} />}
      <Panel
        title={reason === 'app_failed' ? 'Events an app failed on' : 'Rejected records and events'}
        note={staleness.note ?? noteOf(reason, shard, fates)}
        state={staleness.stale ? 'stale' : 'ok'}
        flush
      >
        {dead.letters.length > 0 && <List letters={dead.letters} now={now} onLetter={setOpen} />}
        <Below
          dead={dead}
          reason={reason}
          shard={shard}
          fates={fates}
          onAll={() => change({ reason: null, shard: null })}
        />
      </Panel>
      {incarnation === null && again !== undefined && again.former.fates.rejected > 0 && (
        <p className={styles.former}>
          {exact(again.former.fates.rejected)} of the stream before it was created again.{' '}
          <Link href={`/dead-letters?incarnation=${again.number - 1}`}>Show them</Link>
        </p>
      )}
      <LetterDialog letter={open} onClose={() => setOpen(null)} />
    </>
  )
}

const formerFates = (again: CreatedAgain | undefined, number: number): Fates | undefined =>
  again !== undefined && number === again.number - 1 ? again.former.fates : undefined

/** Letters written since the start: rejections, and events that an app failed on, which are applied. */
const writtenOf = ({ fates, apps }: StatusCell): number =>
  apps.reduce((sum, { failed }) => sum + failed, fates.rejected)

function noteOf(
  reason: RejectReason | null,
  shard: string | null,
  fates: Fates | undefined,
): string | undefined {
  if (reason === 'app_failed') return 'they are applied, and the other apps have them'
  // The count is of the whole stream.
  if (fates === undefined || shard !== null) return undefined
  return `${exact(fates.rejected)} of ${exact(eventsRead(fates))} events read`
}

interface BelowProps {
  dead: DeadLetters
  reason: RejectReason | null
  shard: string | null
  /** undefined: not known. */
  fates: Fates | undefined
  onAll: () => void
}

/** What comes after the rows, or instead of them. */
function Below(props: BelowProps) {
  const { dead, reason, shard } = props
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
  // Counts are of the whole stream.
  if (!dead.more) return shard === null ? <Gone dead={dead} reason={reason} /> : null
  return (
    <div className={styles.more}>
      <Button disabled={dead.busy} onClick={dead.loadOlder}>
        Show older
      </Button>
    </div>
  )
}

function NoLetters({ dead, reason, shard, fates, onAll }: BelowProps) {
  if (shard !== null) {
    const what = reason === null ? 'dead letter' : `record for “${REJECT_LABELS[reason]}”`
    return (
      <Empty
        title={`No ${what} of ${shard} is kept`}
        reason="None was written for this shard, or all are older than what is kept."
        action={<Button onClick={onAll}>Show all dead letters</Button>}
      />
    )
  }
  if (reason === null) {
    return (
      <Empty
        title="No dead letters"
        reason={`${noneWords(fates)} A record that cannot be decoded, or an event with a bad field, is kept here with its bytes and the reason.`}
      />
    )
  }
  const count = dead.answer?.counts[reason] ?? 0
  return (
    <Empty
      title={`No record kept for “${REJECT_LABELS[reason]}”`}
      reason={count === 0 ? 'There was none.' : `All ${exact(count)} are older than what is kept.`}
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
