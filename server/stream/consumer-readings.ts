import { addFates, type Fates, noFates } from '../../lib/fates.ts'
import type {
  AppCell,
  AuditFinding,
  BeyondHistory,
  Health,
  ReaderState,
  ReadingCell,
  ReadMode,
} from '../../lib/frames.ts'
import { SECOND_MS } from '../../lib/time.ts'
import type { CommittedPlace } from './commit/committer.ts'
import type { Lane } from './lanes.ts'
import type { ReaderLog } from './read/reader-log.ts'
import type { Said } from './read/reader-trouble.ts'
import { type ShardMap, unfinishedParents } from './shards/lineage.ts'
import { beyondIn, type ShardProgress } from './shards/shard-progress.ts'
import type { Throughput } from './shards/throughput.ts'
import type { TopKeys } from './shards/top-keys.ts'
import { BROKEN_REMEDY } from './shards/trust.ts'

/** What the consumer says of itself at one moment. */
export interface ConsumerReadings {
  shards: ShardReading[]
  fates: Fates
  beyond: BeyondHistory | null
  /** Over the last 10 s. */
  eventsPerSecond: number
  newestArrivalAt: number | null
  behindMs: number
  source: Health
  store: Health
  reading: ReadingCell
  /** Of the audit: what is wrong with the shards as a whole. */
  findings: AuditFinding[]
  apps: AppCell[]
  repeatedCalls: number
  /** By how much this machine's clock is ahead of the stream's; null: not known. */
  clockAheadMs: number | null
  /** Control messages of CloudWatch Logs that were passed over since the start: they hold no event. */
  controlMessages: number
}

export interface ShardReading {
  progress: ShardProgress
  committed: CommittedPlace
  reader: ReaderState
  mode: ReadMode
  lagMs: number
  lastProgressAt: number | null
  restarts: number
  /** Its reader tries, and has got no further for half a minute or more. */
  stuck: (Said & { since: number }) | null
  log: ReaderLog
  throughput: Throughput
  keys: TopKeys
}

/** A read that fails once or twice is no trouble of the stream yet. */
const RETRYING_SAID_AFTER_MS = 3 * SECOND_MS
const READS: readonly ReaderState['kind'][] = ['reading', 'catching_up', 'waiting_for_room']

export function shardReading(
  { progress, trust, reader, log, throughput, keys }: Lane,
  shards: ShardMap,
  {
    committed,
    mode,
    beginsAt,
    now,
  }: {
    now: number
    committed: CommittedPlace
    mode: ReadMode
    /** Reading does not begin before; undefined: it did. */
    beginsAt: number | undefined
  },
): ShardReading {
  return {
    progress,
    committed,
    reader:
      reader === undefined || progress.finished
        ? unread({ progress, trust }, shards, beginsAt)
        : reader.state(),
    mode: reader?.mode() ?? mode,
    lagMs: progress.finished ? 0 : (reader?.lagMs() ?? stoppedLagMs({ progress, trust }, now)),
    lastProgressAt: reader?.lastProgressAt() ?? null,
    restarts: reader?.restarts() ?? 0,
    stuck: progress.finished ? null : (reader?.stuck() ?? null),
    log,
    throughput,
    keys,
  }
}

/** One that is not read until someone has mended it falls behind by the time that passes. */
function stoppedLagMs({ progress, trust }: Pick<Lane, 'progress' | 'trust'>, now: number): number {
  if (trust.kind !== 'broken' || progress.lastArrivalMs === null) return 0
  return Math.max(0, now - progress.lastArrivalMs)
}

function unread(
  { progress, trust }: Pick<Lane, 'progress' | 'trust'>,
  shards: ShardMap,
  beginsAt: number | undefined,
): ReaderState {
  if (trust.kind === 'broken') {
    const { since, problem } = trust
    return { kind: 'stopped', since, problem, remedy: BROKEN_REMEDY }
  }
  if (progress.trimmedMs !== null) return { kind: 'trimmed' }
  if (progress.finished) return { kind: 'finished' }
  const parents = unfinishedParents(progress, shards)
  if (parents.length > 0) return { kind: 'waiting_for_parents', parents }
  return beginsAt === undefined ? { kind: 'starting' } : { kind: 'waiting_for_begin', at: beginsAt }
}

/** What follows from the readings of all shards. */
export function sumsOf(
  shards: readonly ShardReading[],
): Pick<ConsumerReadings, 'fates' | 'beyond' | 'newestArrivalAt' | 'behindMs'> {
  const arrivals = shards.flatMap(({ progress }) => progress.lastArrivalMs ?? [])
  return {
    fates: shards.reduce((sum, { progress }) => addFates(sum, progress.fates), noFates()),
    beyond: beyondIn(shards.map(({ progress }) => progress)),
    newestArrivalAt: arrivals.reduce<number | null>((a, b) => Math.max(a ?? b, b), null),
    behindMs: shards.reduce((most, { lagMs }) => Math.max(most, lagMs), 0),
  }
}

/** They are not read until someone acts, or get no further, however well the others are. */
function heldShards(shards: readonly ShardReading[]): Health | undefined {
  const held = shards.flatMap(({ progress: { shardId }, reader, stuck }) => {
    if (reader.kind === 'stopped') return [{ shardId, ...reader, words: 'is not read' }]
    return stuck === null ? [] : [{ shardId, ...stuck, words: 'is read no further' }]
  })
  const [first] = held.sort((a, b) => a.since - b.since)
  if (first === undefined) return undefined
  const { shardId, words, since, remedy } = first
  const problem = first.problem.replace(/\.$/, '')
  const others = held.length - 1
  const more = others === 0 ? '' : `, nor ${others === 1 ? 'is one' : `are ${others}`} more`
  return { kind: 'trouble', since, problem: `${shardId} ${words}${more}: ${problem}`, remedy }
}

/** Shards are listed now and then; where none can be read, that is known sooner. */
export function sourceHealth(
  listing: Health,
  shards: readonly ShardReading[],
  now: number,
): Health {
  if (listing.kind !== 'ok') return listing
  const held = heldShards(shards)
  if (held !== undefined) return held
  const troubled = shards.flatMap(({ reader }) =>
    reader.kind === 'retrying' || reader.kind === 'paused' ? [reader] : [],
  )
  const others = shards.some(({ reader }) => READS.includes(reader.kind))
  const [latest] = troubled.sort((a, b) => b.since - a.since)
  if (others || latest === undefined || now - latest.since < RETRYING_SAID_AFTER_MS) return listing
  return { ...latest, kind: 'trouble' }
}
