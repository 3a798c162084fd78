import type { ReactNode } from 'react'
import { eventsRead } from '../../lib/fates.ts'
import { byteRate, bytes, count, exact, percent, rate } from '../../lib/format.ts'
import { age, exactTime, millis } from '../../lib/format-time.ts'
import type { ShardCell } from '../../lib/frames.ts'
import { TimeChart } from '../chart/time-chart.tsx'
import { useSeries, useServerNow, useShownNow } from '../live/store.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Figure } from '../ui/figure.tsx'
import { LimitMeter } from './limit-meter.tsx'
import { RECORDS_PER_SECOND } from './limits.ts'
import { ReaderBadge } from './reader-badge.tsx'
import styles from './shard-dialog.module.css'
import { childrenOf, readerHelp } from './shard-list.ts'
import { spanOf, stepOf } from './throughput-series.ts'

/** Everything that is known of one shard, live. */
export function ShardDialog({
  shardId,
  shards,
  onShard,
  onClose,
}: {
  /** null: closed. */
  shardId: string | null
  shards: readonly ShardCell[]
  onShard: (shardId: string) => void
  onClose: () => void
}) {
  const shard = shards.find((each) => each.shardId === shardId)
  return (
    <Dialog open={shard !== undefined} onClose={onClose} title={shard?.shardId ?? ''} wide>
      {shard !== undefined && <Facts shard={shard} shards={shards} onShard={onShard} />}
    </Dialog>
  )
}

function Facts({
  shard,
  shards,
  onShard,
}: {
  shard: ShardCell
  shards: readonly ShardCell[]
  onShard: (shardId: string) => void
}) {
  const now = useServerNow()
  const children = childrenOf(shard.shardId, shards)
  return (
    <div className={styles.facts}>
      <div className={styles.state}>
        <ReaderBadge reader={shard.reader} />
        <span>{readerHelp(shard.reader)}</span>
      </div>
      <div className={styles.meters}>
        <LimitMeter shard={shard} of="records" limitShown />
        <LimitMeter shard={shard} of="bytes" limitShown />
      </div>
      <Recent shard={shard} />
      <dl className={styles.list}>
        <Fact term="Takes records">{shard.open ? 'yes' : 'no, it was split or merged'}</Fact>
        <Fact term="Now">
          {rate(shard.recordsPerSecond)}, {byteRate(shard.bytesPerSecond)},{' '}
          {percent(shard.trafficShare)} of the stream's records
        </Fact>
        <Fact term="Lag">{millis(shard.millisBehindLatest)} behind the newest record</Fact>
        <Fact term="Last record">
          {shard.lastArrivalAt === null ? (
            'none yet'
          ) : (
            <span title={exactTime(shard.lastArrivalAt)}>{age(now - shard.lastArrivalAt)} ago</span>
          )}
        </Fact>
        <Fact term="Read so far">
          {exact(shard.records)} records, {bytes(shard.bytes)}
        </Fact>
        <Fact term="Checkpoint">
          {shard.checkpoint === null ? (
            'none yet: nothing of this shard is in the numbers'
          ) : (
            <Copyable text={shard.checkpoint} label="Copy checkpoint" />
          )}
        </Fact>
        <Fact term="Parents">
          <Kin ids={shard.parents} known={shards} onShard={onShard} none="none" />
        </Fact>
        <Fact term="Children">
          <Kin ids={children} known={shards} onShard={onShard} none="none" />
        </Fact>
        <Fact term="Hash keys">
          <span className={styles.keys}>
            {percent(shard.hashRange.share)} of the range
            <span className={styles.mono}>{shard.hashRange.from}</span>
            <span className={styles.mono}>{shard.hashRange.to}</span>
          </span>
        </Fact>
      </dl>
      <Fates shard={shard} />
    </div>
  )
}

function Recent({ shard }: { shard: ShardCell }) {
  const points = useSeries(`shard.${shard.shardId}`)
  const now = useShownNow()
  if (points.length < 2) return null
  const stepMs = stepOf([points])
  return (
    <TimeChart
      label={`Records per second of ${shard.shardId}`}
      series={[{ id: 'records', label: 'Records', points, column: 1, kind: 'area' }]}
      from={now - spanOf([points])}
      to={now}
      stepMs={stepMs}
      openFrom={now - stepMs}
      unitFormat={rate}
      thresholds={[{ value: RECORDS_PER_SECOND, label: 'Limit: 1,000 records/s', tone: 'warn' }]}
      height={140}
    />
  )
}

function Fates({ shard }: { shard: ShardCell }) {
  const { fates } = shard
  const read = eventsRead(fates)
  const parts = [
    ['Applied', fates.applied, 'in the numbers'],
    ['Duplicate', fates.duplicate, 'seen before, left out'],
    ['Rejected', fates.rejected, 'kept under Dead letters'],
    ['Late', fates.late, 'a part of the applied ones'],
    ['From the future', fates.clamped, 'a part of the applied ones'],
  ] as const
  return (
    <table className={styles.fates}>
      <caption>What became of the {exact(read)} events read from it</caption>
      <tbody>
        {parts.map(([name, value, words]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>
              <Figure size={13} text={count(value)} exact={exact(value)} />
            </td>
            <td className={styles.words}>{words}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className={styles.fact}>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Copyable({ text, label }: { text: string; label: string }) {
  return (
    <span className={styles.copyable}>
      <span className={styles.mono}>{text}</span>
      <CopyButton text={text} label={label} />
    </span>
  )
}

/** Shards to go on to; those the stream has forgotten are words only. */
function Kin({
  ids,
  known,
  onShard,
  none,
}: {
  ids: readonly string[]
  known: readonly ShardCell[]
  onShard: (shardId: string) => void
  none: string
}) {
  if (ids.length === 0) return none
  return (
    <span className={styles.kin}>
      {ids.map((id) =>
        known.some((shard) => shard.shardId === id) ? (
          <button key={id} type="button" className={styles.link} onClick={() => onShard(id)}>
            {id}
          </button>
        ) : (
          <span key={id}>{id} (no longer kept)</span>
        ),
      )}
    </span>
  )
}
