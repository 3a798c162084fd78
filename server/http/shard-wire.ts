import { z } from 'zod'
import type {
  AppCell,
  AuditFinding,
  BeyondHistory,
  KeptTimes,
  ReadCounts,
  ReaderState,
  ReadingCell,
  ShardCell,
  ShardDetailCell,
} from '../../lib/frames.ts'
import { count, epochMs, fates } from './wire.ts'

/** Of the reading of a stream and its shards: what answers are made of, as schemas. */

const readMode = z.enum(['polling', 'fanout'])

const trouble = { since: epochMs, problem: z.string(), remedy: z.string() }

const readerState: z.ZodType<ReaderState> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('waiting_for_parents'), parents: z.array(z.string()) }),
  z
    .strictObject({ kind: z.literal('waiting_for_begin'), at: epochMs })
    .describe('START_AT is yet to come'),
  z.strictObject({ kind: z.literal('starting') }),
  z.strictObject({ kind: z.literal('reading') }),
  z.strictObject({ kind: z.literal('catching_up') }),
  z
    .strictObject({ kind: z.literal('waiting_for_room') })
    .describe('The process has as much in flight as it may hold'),
  z.strictObject({ kind: z.literal('retrying'), ...trouble }).describe('Goes on by itself'),
  z
    .strictObject({ kind: z.literal('stuck'), ...trouble })
    .describe('Goes on trying, and has got no further for 30 s or more'),
  z.strictObject({ kind: z.literal('paused'), ...trouble }).describe('Someone has to act first'),
  z
    .strictObject({ kind: z.literal('stopped'), ...trouble })
    .describe('Its checkpoint cannot be believed: it is not read until that is mended'),
  z.strictObject({ kind: z.literal('ending') }),
  z.strictObject({ kind: z.literal('finished') }).describe('Read to its end'),
  z
    .strictObject({ kind: z.literal('trimmed') })
    .describe('Its records ran out of retention before they were all read'),
])

const reads: z.ZodType<ReadCounts> = z.strictObject({
  ok: count,
  empty: count.describe('Of "ok": without a record'),
  contradicting: count.describe('Contradict themselves or the list of shards; read again'),
  throttled: count,
  expired: count,
  failed: count,
})

const beyondHistory: z.ZodType<BeyondHistory> = z.strictObject({
  oldestAt: epochMs.describe('When the oldest of them happened'),
  lastAt: epochMs.describe('When the last of them was taken in'),
})

export const keptTimes: z.ZodType<KeptTimes> = z.strictObject({
  secondsMs: count.describe('KEEP_SECONDS: for how long figures are kept second by second'),
  minutesMs: count.describe('KEEP_MINUTES'),
  hoursMs: count.describe('KEEP_HOURS'),
  from: epochMs.describe('What happened before is beyond history: no window shows it'),
})

export const shardCell: z.ZodType<ShardCell> = z.strictObject({
  shardId: z.string(),
  open: z.boolean(),
  reader: readerState,
  parents: z.array(z.string()),
  hashRange: z.strictObject({ from: z.string(), to: z.string(), share: z.number() }),
  recordsPerSecond: z.number(),
  bytesPerSecond: z.number(),
  trafficShare: z.number().nullable(),
  millisBehindLatest: z.number(),
  checkpoint: z.string().nullable(),
  subSequence: count
    .nullable()
    .describe('How many events of the record at "checkpoint" are in the numbers; null: all of it'),
  records: count,
  bytes: count,
  aggregated: count.describe('Sub-records of KPL aggregates'),
  outOfRange: count.describe('Of them: those whose key belongs to another shard'),
  putAgain: count.describe(
    'Sub-records and records without an id that a producer put again after a reshard: they are duplicates',
  ),
  partlyRead: count.describe('Lines of an access log with fields that were passed over'),
  fates,
  beyond: beyondHistory
    .nullable()
    .describe('Of the events that "fates.beyond" counts; null: there are none'),
  lastArrivalAt: epochMs.nullable(),
  mode: readMode,
  lastProgressAt: epochMs.nullable().describe('When a read was last answered'),
  lastError: z.strictObject({ at: epochMs, problem: z.string(), remedy: z.string() }).nullable(),
  restarts: count.describe('How often the watchdog started its reader anew, since the start'),
  reads: reads.describe('Answers to reads since the start'),
})

export const shardDetail: z.ZodType<ShardDetailCell> = z.strictObject({
  shardId: z.string(),
  children: z.array(z.string()),
  happenings: z
    .array(
      z.strictObject({
        at: epochMs,
        level: z.enum(['info', 'warn']),
        text: z.string(),
        sequenceNumber: z.string().nullable(),
      }),
    )
    .describe('Since the start, newest first, bounded'),
  topKeys: z
    .array(z.strictObject({ key: z.string(), recordsPerSecond: z.number(), share: z.number() }))
    .describe('Partition keys with the most records over the last minute, about'),
})

export const readingCell: z.ZodType<ReadingCell> = z.strictObject({
  mode: readMode,
  notice: z.string().nullable().describe('Why it is not the mode that was asked for'),
  wire: z.enum(['cbor', 'json']).describe('How the records of an answer are written'),
  wireNotice: z.string().nullable().describe('Why CBOR was given up for JSON'),
  bufferBytes: count.describe('Read and not committed yet'),
  bufferLimitBytes: count,
  rememberedIds: count.describe('Ids that are known, so that one that comes again is a duplicate'),
  rememberedIdsLimit: count.describe('REMEMBERED_IDS'),
  duplicateSpanMs: count.describe(
    'How far apart in arrival two with the same id are known as such: 600,000, less where more ids arrive than may be remembered',
  ),
  rememberedSubRecords: count.describe(
    'Sub-records without an id that are known, so that one that is put again after a reshard is a duplicate',
  ),
  rememberedSubRecordsLimit: count.describe('A quarter of REMEMBERED_IDS'),
  putAgainSpanMs: count.describe(
    'The same span for them: 600,000, less where more arrive than may be remembered',
  ),
})

export const appCell: z.ZodType<AppCell> = z.strictObject({
  name: z.string(),
  busy: z.number().describe('The part of the last 10 s spent in it, 0 to 1'),
  slow: z.boolean().describe('It holds up the others'),
  failed: count.describe('Events in the dead letters with its name, since the start'),
  lastError: z.string().nullable(),
})

const finding = { since: epochMs, text: z.string(), shards: z.array(z.string()) }
const keys = { hashFrom: z.string(), hashTo: z.string() }

export const auditFinding: z.ZodType<AuditFinding> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('hole'), ...finding, ...keys }),
  z.strictObject({ kind: z.literal('overlap'), ...finding, ...keys }),
  z.strictObject({ kind: z.literal('unknown'), ...finding }),
  z.strictObject({ kind: z.literal('vanished'), ...finding }),
  z.strictObject({ kind: z.literal('trimmed'), ...finding }),
])
