import { byteRate, rate } from '../../lib/format.ts'
import { BYTES_PER_SECOND, RECORDS_PER_SECOND } from './limits.ts'

/** What can be drawn of series `shard.<id>`. */
export const MEASURES = {
  records: { column: 1, limit: RECORDS_PER_SECOND, limitText: '1,000 records/s', format: rate },
  bytes: { column: 2, limit: BYTES_PER_SECOND, limitText: '1 MB/s', format: byteRate },
} as const
export type Measure = keyof typeof MEASURES

export const MEASURE_OPTIONS = [
  { value: 'records', label: 'Records' },
  { value: 'bytes', label: 'Bytes' },
] as const

/** A phone has a pixel for each second: steps are put together, so that lines can be told apart. */
export const PHONE_STEP_MS = 5_000
