import type { DeadLetter } from '../../lib/api.ts'
import type { RejectReason } from '../../lib/rejection.ts'

/** What is wrong with bytes before there is any event in them. */
const OF_RECORDS: ReadonlySet<RejectReason> = new Set([
  'empty',
  'not_utf8',
  'bad_gzip',
  'bad_zlib',
  'too_large',
  'kpl_aggregate',
  'compression',
  'binary_format',
  'utf16',
])

/** Whether the record as a whole was rejected, rather than one event in it. */
export const isWhole = ({ reason, index }: Pick<DeadLetter, 'reason' | 'index'>): boolean =>
  index === 0 && OF_RECORDS.has(reason)
