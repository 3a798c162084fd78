import { dayTime } from '../../lib/format-range.ts'
import type { KnownTime } from '../../lib/frames.ts'
import type { FixedRange } from '../../lib/period.ts'
import { fromLocal } from './local-time.ts'

/** What was typed into the two fields. */
export interface RangeDraft {
  from: string
  to: string
}

export type RangeErrors = Partial<Record<keyof RangeDraft, string>>

export type ReadRange = { ok: true; range: FixedRange } | { ok: false; errors: RangeErrors }

/** The range that two local times mean, or in words what is wrong with each. `known`: undefined until it is told. */
export function readRange(draft: RangeDraft, now: number, known: KnownTime | undefined): ReadRange {
  const errors: RangeErrors = {}
  const read = (field: keyof RangeDraft): number | undefined => {
    const local = fromLocal(draft[field])
    if (local.kind === 'time') return local.t
    errors[field] =
      local.kind === 'none'
        ? 'Give a date and a time'
        : 'This time does not exist: the clocks were put forward over it'
    return undefined
  }
  const [from, to] = [read('from'), read('to')]
  if (from === undefined || to === undefined) return { ok: false, errors }
  if (from >= now) errors.from = 'It has to begin in the past'
  else if (to > now) errors.to = `It has to end by now, ${dayTime(now, now)}`
  else if (from >= to) errors.to = 'It has to end after its beginning'
  else if (known !== undefined && to <= known.keptFrom) {
    errors.to = `What is older than ${dayTime(known.keptFrom, now)} is not kept any more`
  }
  return Object.keys(errors).length === 0
    ? { ok: true, range: { from, to } }
    : { ok: false, errors }
}
