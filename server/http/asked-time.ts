import { z } from 'zod'
import { durationText, parseDuration } from '../../lib/duration.ts'
import type { AskedRange } from '../../lib/kpi-questions.ts'
import { DAY_MS, parseQueryTime, SECOND_MS } from '../../lib/time.ts'
import type { FieldError } from './problem.ts'

/** Nothing is kept longer. */
const MAX_SPAN_MS = 400 * DAY_MS
const SPANS = `from ${durationText(SECOND_MS)} to ${durationText(MAX_SPAN_MS)}`

/** A duration of whole seconds, in ms. */
export const durationParameter = (name: string, describe: string) =>
  z
    .string()
    .describe(`${describe} A whole number and s, m, h or d, such as 90s or 30d; ${SPANS}`)
    .transform((text, context) => {
      const ms = parseDuration(text)
      if (ms !== undefined && ms >= SECOND_MS && ms <= MAX_SPAN_MS) return ms
      const message = `"${name}" must be a whole number and s, m, h or d, such as 90s, 45m, 6h or 30d: ${SPANS}`
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    })

const timeParameter = (name: string, describe: string) =>
  z
    .string()
    .describe(`${describe} An RFC 3339 time, epoch seconds or epoch milliseconds`)
    .transform((text, context) => {
      const at = parseQueryTime(text)
      if (at !== undefined) return at
      const message = `"${name}" must be an RFC 3339 time, such as 2026-01-31T09:00:00Z, epoch seconds or epoch milliseconds`
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    })

/** The parameters that say which time is asked about; `usual` is the window where they do not. */
export const timeParameters = (usual: string) => ({
  window: durationParameter('window', `How far back it reaches; ${usual} if absent.`).optional(),
  from: timeParameter('from', 'Instead of "window": the beginning.').optional(),
  to: timeParameter('to', 'The end, which is not in it; now if absent.').optional(),
})

/** Many panes are read where keys are asked for over a long range; between them the pipeline does its other work. */
export const ANSWER_BY_KEY_TIMEOUT_MS = 30_000

export interface AskedTime {
  window?: number | undefined
  from?: number | undefined
  to?: number | undefined
}

export type Asked =
  | { ok: true; range: AskedRange; spanMs: number }
  | { ok: false; errors: FieldError[] }

/** What the parameters together mean, or why they mean nothing. `usualMs`: the window if nothing is said. */
export function askedRange({ window, from, to }: AskedTime, usualMs: number, now: number): Asked {
  const end = to === undefined ? {} : { to }
  if (from === undefined) {
    const spanMs = window ?? usualMs
    return { ok: true, range: { spanMs, ...end }, spanMs }
  }
  if (window !== undefined) {
    return wrong('window', '"window" and "from" both say where it begins: leave one of them out')
  }
  if (from >= now) {
    return wrong('from', `"from" must be in the past: it is ${timeText(now)} now`)
  }
  if (to !== undefined && from >= to) {
    return wrong('from', `"from" must be before "to", which is ${timeText(to)}`)
  }
  const spanMs = Math.min(to ?? now, now) - from
  if (spanMs > MAX_SPAN_MS) {
    const earliest = timeText(from + spanMs - MAX_SPAN_MS)
    return wrong(
      'from',
      `"from" is more than ${durationText(MAX_SPAN_MS)} before the end: use ${earliest} or later`,
    )
  }
  return { ok: true, range: { from, ...end }, spanMs }
}

const wrong = (field: string, message: string): Asked => ({
  ok: false,
  errors: [{ field, message }],
})

const timeText = (ms: number): string => new Date(ms).toISOString()
