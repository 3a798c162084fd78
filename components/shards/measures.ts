import { byteRate, rate } from '../../lib/format.ts'
import { BYTES_PER_SECOND, RECORDS_PER_SECOND } from '../../lib/shard-limits.ts'

/** What can be drawn of series `shard.<id>`. */
export const MEASURES = {
  records: {
    label: 'Records',
    column: 1,
    limit: RECORDS_PER_SECOND,
    limitText: '1,000 records/s',
    format: rate,
  },
  bytes: {
    label: 'Bytes',
    column: 2,
    limit: BYTES_PER_SECOND,
    limitText: '1 MB/s',
    format: byteRate,
  },
} as const
export type Measure = keyof typeof MEASURES

export const MEASURE_OPTIONS = [
  { value: 'records', label: MEASURES.records.label },
  { value: 'bytes', label: MEASURES.bytes.label },
] as const
