/** The fields of a log's line, as a dead letter names them. */
export type LogField =
  | 'client'
  | 'identity'
  | 'user'
  | 'time'
  | 'request'
  | 'status'
  | 'size'
  | 'referrer'
  | 'agent'
  | 'what follows'

/** A field that does not fit: what it must be, and what stands in its place. */
export interface Misfit {
  kind: 'misfit'
  field: LogField
  must: string
  is: string
}

export const misfit = (field: LogField, must: string, is: string): Misfit => ({
  kind: 'misfit',
  field,
  must,
  is,
})

const MAX_EXCERPT = 60

export function misfitText({ field, must, is }: Misfit): string {
  const shown = is.length <= MAX_EXCERPT ? is : `${is.slice(0, MAX_EXCERPT)}…`
  return `${field} of the log line must be ${must}; ${is === '' ? 'nothing stands there' : `it is ${shown}`}`
}
