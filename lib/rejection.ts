/**
 * Why a record or an event in it could not be applied. `app_failed` is not a rejection: the event was applied,
 * and one stream app, which the letter names, could not take it in.
 */
export const REJECT_REASONS = [
  'empty',
  'not_utf8',
  'not_json',
  'bad_log_line',
  'not_an_event',
  'bad_field',
  'bad_gzip',
  'bad_zlib',
  'too_large',
  'kpl_aggregate',
  'cloudwatch',
  'compression',
  'binary_format',
  'utf16',
  'base64',
  'segment',
  'ga4',
  'app_failed',
] as const
export type RejectReason = (typeof REJECT_REASONS)[number]

/** Bad input is a value. `detail` names the field and the remedy. */
export interface Rejection {
  reason: RejectReason
  detail: string
}

export const REJECT_LABELS: Record<RejectReason, string> = {
  empty: 'Empty record',
  not_utf8: 'Not UTF-8',
  not_json: 'Not JSON',
  bad_log_line: 'Broken log line',
  not_an_event: 'Not an event',
  bad_field: 'Bad field',
  bad_gzip: 'Broken gzip',
  bad_zlib: 'Broken zlib',
  too_large: 'Too large',
  kpl_aggregate: 'Broken KPL aggregate',
  cloudwatch: 'Broken CloudWatch message',
  compression: 'Compression not opened',
  binary_format: 'Binary format',
  utf16: 'UTF-16 or UTF-32',
  base64: 'Base64',
  segment: 'Segment message',
  ga4: 'GA4 message',
  app_failed: 'App failed',
}
