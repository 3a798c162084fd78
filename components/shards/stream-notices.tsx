import Link from 'next/link'
import { DEDUPLICATION_SPAN_MS } from '../../lib/deduplication.ts'
import { count, counted, percent } from '../../lib/format.ts'
import { duration, moment } from '../../lib/format-time.ts'
import type { AppCell, AuditFinding, DamageCell, ShardCell, StatusCell } from '../../lib/frames.ts'
import { useServerNow } from '../live/store.ts'
import { BeyondNotice, useBeyondNews } from './beyond-notice.tsx'
import { CHANGE_WORDS, clockWords, newsOf } from './change-words.ts'
import { damageWords, foundWords, heldBy, isFresh, rowWords } from './damage-words.ts'
import { FINDING_HELP, FINDING_LOOKS, keyShare, orderFindings } from './finding-words.ts'
import { Notice, Notices } from './notice.tsx'
import { moreTroubleWords, READER_LOOKS, READER_WORDS, urgency } from './reader-words.ts'
import { ShardLink } from './shard-link.tsx'
import styles from './stream-notices.module.css'

/** As many as are read; the list of shards has all of them first. */
const MOST = 5
/** Shards that one finding names. */
const MOST_NAMED = 8

/** What is wrong with the reading, where, and what to do about it. Nothing where all is well. */
export function StreamNotices({
  shards,
  status,
}: {
  shards: readonly ShardCell[]
  status: StatusCell | undefined
}) {
  const troubled = shards
    .filter(({ reader }) => urgency(reader) > 0)
    .sort((a, b) => urgency(b.reader) - urgency(a.reader))
  const findings = orderFindings(status?.findings ?? [])
  const apps = (status?.apps ?? []).filter(({ slow, failed }) => slow || failed > 0)
  const notice = status?.reading.notice ?? null
  const clock = clockWords(status?.clockAheadMs ?? null)
  const beyondNews = useBeyondNews()
  const wireNotice = status?.reading.wireNotice ?? null
  const damage = status?.damage
  const now = useServerNow(60_000)
  return (
    <Notices label="What needs a look">
      {[
        ...troubled
          .slice(0, MOST)
          .map((shard) => <TroubleNotice key={shard.shardId} shard={shard} />),
        ...(troubled.length > MOST
          ? [<MoreTrouble key="more" shards={troubled.slice(MOST)} />]
          : []),
        ...(clock === undefined
          ? []
          : [
              <Notice
                key="clock"
                tone="warn"
                word="Wrong clock"
                remedy="Set this machine's clock, best by NTP. No event is lost or counted twice."
              >
                {clock}
              </Notice>,
            ]),
        ...newsOf(status?.changes ?? [], now).map(({ at, kind, text }) => (
          <Notice
            key={`${at} ${text}`}
            tone="info"
            shape="ring"
            word={CHANGE_WORDS[kind]}
            since={at}
          >
            {text}
          </Notice>
        )),
        ...waitingForBegin(shards).map((at) => <FutureNotice key="begin" at={at} />),
        ...findings.map((finding) => (
          <FindingNotice
            key={`${finding.kind} ${finding.since} ${finding.text}`}
            finding={finding}
          />
        )),
        ...apps.map((app) => <AppNotice key={app.name} app={app} />),
        ...(status === undefined || status.reading.duplicateSpanMs >= DEDUPLICATION_SPAN_MS
          ? []
          : [<ShortMemoryNotice key="ids" reading={status.reading} />]),
        ...(status !== undefined && isShortOfSubRecords(status.reading, shards)
          ? [<SubRecordNotice key="sub-records" reading={status.reading} />]
          : []),
        ...(beyondNews ? [<BeyondNotice key="beyond" />] : []),
        ...(damage === undefined || !isFresh(damage, now)
          ? []
          : [<DamageNotice key="damage" damage={damage} />]),
        ...(damage === undefined || damage.differences.length === 0
          ? []
          : [<DifferenceNotice key="sums" differences={damage.differences} />]),
        ...(notice === null
          ? []
          : [
              <Notice key="mode" tone="info" shape="ring" word="Read mode">
                {notice}
              </Notice>,
            ]),
        ...(wireNotice === null
          ? []
          : [
              <Notice key="wire" tone="info" shape="ring" word="No CBOR">
                {wireNotice}
              </Notice>,
            ]),
      ]}
    </Notices>
  )
}

/** When reading begins, where it did not yet. */
const waitingForBegin = (shards: readonly ShardCell[]): number[] =>
  shards
    .flatMap(({ reader }) => (reader.kind === 'waiting_for_begin' ? [reader.at] : []))
    .slice(0, 1)

function FutureNotice({ at }: { at: number }) {
  const now = useServerNow()
  return (
    <Notice
      tone="info"
      shape="half"
      word="Not begun yet"
      remedy={
        <>
          Nothing has to be done. To read what arrives before, set <code>START_AT</code> to an
          earlier time and start Kinesight anew.
        </>
      }
    >
      <code>START_AT</code> is yet to come: nothing is read before {moment(at, now)}, in{' '}
      {duration(at - now)}.
    </Notice>
  )
}

function TroubleNotice({ shard: { shardId, reader } }: { shard: ShardCell }) {
  if (!('remedy' in reader)) return null
  return (
    <Notice
      {...READER_LOOKS[reader.kind]}
      word={`${READER_WORDS[reader.kind]}${urgency(reader) === 2 ? ', needs you' : ''}`}
      since={reader.since}
      remedy={reader.remedy}
    >
      <ShardLink shardId={shardId} /> {reader.problem}
    </Notice>
  )
}

function MoreTrouble({ shards }: { shards: readonly ShardCell[] }) {
  const needy = shards.filter(({ reader }) => urgency(reader) === 2).length
  return (
    <Notice tone={needy > 0 ? 'bad' : 'warn'} shape="ring" word={`${shards.length} more`}>
      {moreTroubleWords(shards.length, needy)}
    </Notice>
  )
}

function FindingNotice({ finding }: { finding: AuditFinding }) {
  const { kind, since, text, shards } = finding
  return (
    <Notice
      {...FINDING_LOOKS[kind]}
      since={since}
      remedy={
        <>
          {(kind === 'hole' || kind === 'overlap') && <Keys {...finding} />} {FINDING_HELP[kind]}
        </>
      }
    >
      {text}
      {shards.length > 0 && <Named shards={shards} />}
    </Notice>
  )
}

function Named({ shards }: { shards: readonly string[] }) {
  return (
    <span className={styles.named}>
      {' '}
      {shards.slice(0, MOST_NAMED).map((shardId) => (
        <ShardLink key={shardId} shardId={shardId} />
      ))}
      {shards.length > MOST_NAMED && <span>and {shards.length - MOST_NAMED} more</span>}
    </span>
  )
}

function Keys({ hashFrom, hashTo }: { hashFrom: string; hashTo: string }) {
  return (
    <span title={`Hash keys ${hashFrom} to ${hashTo}`}>
      {percent(keyShare(hashFrom, hashTo))} of all hash keys.
    </span>
  )
}

/** Everything else goes on: it is only said what is missing. */
function DamageNotice({ damage }: { damage: DamageCell }) {
  const now = useServerNow(10_000)
  const named = damage.newest.flatMap((row) => rowWords(row, now) || [])
  const [newest] = damage.newest
  return (
    <Notice
      tone="warn"
      shape="cross"
      word="Damaged, set aside"
      remedy={
        <>
          Nothing has to be done: what {heldBy(damage)} held is kept apart, and figures that lack it
          say so. Look after the disk, and stop Kinesight to check all of the store with{' '}
          <code>npm run doctor</code>. <a href="/api/v1/damage">What was found</a>
        </>
      }
    >
      {damageWords(damage)} of the store could not be read any more
      {named.length > 0 && ` (${named.join(', ')})`}
      {newest !== undefined && `, the newest found ${foundWords(newest, now)}`}.
    </Notice>
  )
}

/** Which of two sums is right nobody knows: it is not mended by itself. */
function DifferenceNotice({ differences }: Pick<DamageCell, 'differences'>) {
  const since = Math.min(...differences.map((one) => one.since))
  return (
    <Notice
      tone="warn"
      word="Sums differ"
      since={since}
      remedy={
        <>
          They have to agree: some row of the totals was lost or changed. Stop Kinesight and check
          all of the store with <code>npm run doctor</code>.
        </>
      }
    >
      {differences.map(({ text }) => text).join(' ')}
    </Notice>
  )
}

/** The promise to know duplicates does not hold at the moment. */
function ShortMemoryNotice({ reading }: { reading: StatusCell['reading'] }) {
  const { duplicateSpanMs, rememberedIdsLimit } = reading
  return (
    <Notice
      tone="warn"
      word="Ids forgotten early"
      remedy={
        <>
          Set <code>REMEMBERED_IDS</code> higher: each million takes about 28 MB. Events without an
          id are not affected.
        </>
      }
    >
      An id that comes again is known as a duplicate for {duration(duplicateSpanMs)} instead of{' '}
      {duration(DEDUPLICATION_SPAN_MS)}: more ids arrive than the {count(rememberedIdsLimit)} that
      are remembered.
    </Notice>
  )
}

/** It matters only where there are any that may be put again. */
const isShortOfSubRecords = (
  { putAgainSpanMs }: StatusCell['reading'],
  shards: readonly ShardCell[],
): boolean =>
  putAgainSpanMs < DEDUPLICATION_SPAN_MS && shards.some(({ outOfRange }) => outOfRange > 0)

function SubRecordNotice({ reading }: { reading: StatusCell['reading'] }) {
  const { putAgainSpanMs, rememberedSubRecordsLimit } = reading
  return (
    <Notice
      tone="warn"
      word="Sub-records forgotten early"
      remedy={
        <>
          Give events an id, or set <code>REMEMBERED_IDS</code> higher: a quarter as many
          sub-records are remembered.
        </>
      }
    >
      A sub-record without an id that is put again after a reshard is known as a duplicate for{' '}
      {duration(putAgainSpanMs)} instead of {duration(DEDUPLICATION_SPAN_MS)}: more arrive than the{' '}
      {count(rememberedSubRecordsLimit)} that are remembered.
    </Notice>
  )
}

function AppNotice({ app: { name, busy, slow, failed, lastError } }: { app: AppCell }) {
  return (
    <Notice
      tone="warn"
      word={failed > 0 ? 'App failed' : 'App is slow'}
      remedy={
        failed > 0 && (
          <>
            {failed === 1
              ? 'The event is applied, and the other apps have it.'
              : 'The events are applied, and the other apps have them.'}{' '}
            <Link href="/dead-letters?reason=app_failed">Show dead letters</Link>
          </>
        )
      }
    >
      {slow && (
        <>
          <strong>{name}</strong> takes {percent(busy)} of the pipeline's time and holds up the
          others.{' '}
        </>
      )}
      {failed > 0 && (
        <>
          <strong>{name}</strong> failed on {counted(failed, 'event')} since the start
          {lastError === null ? '.' : `: ${lastError}`}
        </>
      )}
    </Notice>
  )
}
