import { DEDUPLICATION_SPAN_MS, SUB_RECORDS_PER_ID } from '../lib/deduplication.ts'
import { DEFAULT_CURRENCY } from '../lib/event.ts'
import { noFates } from '../lib/fates.ts'
import { type Health, type KeptTimes, NO_DAMAGE, type StatusCell } from '../lib/frames.ts'
import { createCatalog } from '../lib/kpi-catalog.ts'
import type { StreamBegin } from '../lib/stream-begin.ts'
import { catalogVersion } from './catalog/catalog-version.ts'
import type { PipelineOptions } from './pipeline-port.ts'
import { createRetention, type Retention } from './window/retention.ts'

/** The status while nothing is known of the stream but where it should be. */
export function unreachedStatus(
  options: PipelineOptions,
  {
    begin = null,
    demo = options.demo,
    ...health
  }: {
    begin?: StreamBegin | null
    demo?: StatusCell['demo']
    source: Health
    store: Health
  },
  now: number,
): StatusCell {
  const { read, keep } = options
  return {
    stream: streamOf(options),
    begin,
    incarnation: null,
    former: null,
    changes: [],
    clockAheadMs: null,
    newestArrivalAt: null,
    behindMs: 0,
    shards: { open: 0, readable: 0, troubled: 0 },
    eventsPerSecond: 0,
    fates: noFates(),
    kept: keptTimes(keep, createRetention(keep), now),
    beyond: null,
    demo,
    ...health,
    reading: {
      mode: read.mode,
      notice: null,
      // The embedded one has no CBOR as Kinesis speaks it.
      wire: options.stream.embedded ? 'json' : 'cbor',
      wireNotice: null,
      bufferBytes: 0,
      bufferLimitBytes: read.bufferBytes,
      rememberedIds: 0,
      rememberedIdsLimit: read.rememberedIds,
      duplicateSpanMs: DEDUPLICATION_SPAN_MS,
      rememberedSubRecords: 0,
      rememberedSubRecordsLimit: read.rememberedIds * SUB_RECORDS_PER_ID,
      putAgainSpanMs: DEDUPLICATION_SPAN_MS,
    },
    findings: [],
    apps: [],
    damage: NO_DAMAGE,
    catalog: catalogVersion(createCatalog(options.kpis, options.crossed)),
    mainCurrency: options.mainCurrency ?? DEFAULT_CURRENCY,
  }
}

export const streamOf = ({ stream }: Pick<PipelineOptions, 'stream'>): StatusCell['stream'] => ({
  name: stream.name,
  region: stream.region ?? '',
  endpoint: stream.endpoint ?? null,
  embedded: stream.embedded,
})

export const keptTimes = (
  { seconds, minutes, hours }: PipelineOptions['keep'],
  retention: Retention,
  now: number,
): KeptTimes => ({
  secondsMs: seconds,
  minutesMs: minutes,
  hoursMs: hours,
  from: retention.oldest(now),
})
