import { noFates } from '../../lib/fates.ts'
import type { ShardCell } from '../../lib/frames.ts'

/** For tests: an open shard that is read and has had nothing yet. */
export const exampleShard = (n: number, part: Partial<ShardCell> = {}): ShardCell => ({
  shardId: `shardId-${String(n).padStart(12, '0')}`,
  open: true,
  reader: { kind: 'reading' },
  parents: [],
  hashRange: { from: '0', to: '1', share: 0.25 },
  recordsPerSecond: 0,
  bytesPerSecond: 0,
  trafficShare: null,
  millisBehindLatest: 0,
  checkpoint: null,
  subSequence: null,
  records: 0,
  bytes: 0,
  aggregated: 0,
  outOfRange: 0,
  putAgain: 0,
  partlyRead: 0,
  fates: noFates(),
  beyond: null,
  lastArrivalAt: null,
  mode: 'polling',
  lastProgressAt: null,
  lastError: null,
  restarts: 0,
  reads: { ok: 0, empty: 0, contradicting: 0, throttled: 0, expired: 0, failed: 0 },
  ...part,
})
