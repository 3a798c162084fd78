import { dayTime, stepTimes } from '../../lib/format-range.ts'
import type { ClockOptions } from '../../lib/format-time.ts'
import type { Incomplete } from '../../lib/frames.ts'
import type { FixedRange } from '../../lib/period.ts'
import { DAY_MS } from '../../lib/time.ts'

/** "Some of what was stored of 10:42 – 10:43 is damaged: the figures and the chart lack it for good." */
export function incompleteWords(
  { window, steps }: Incomplete,
  now: number,
  options: ClockOptions = {},
): string {
  const all = window.length > 0 ? window : steps
  const [first] = all
  if (first === undefined) return ''
  const more = all.length > 1 ? ` and of ${all.length - 1} more` : ''
  const lacking = [
    ...(window.length > 0 ? ['the figures'] : []),
    ...(steps.length > 0 ? ['the chart'] : []),
  ]
  const lack = lacking.length > 1 || window.length > 0 ? 'lack' : 'lacks'
  return `Some of what was stored of ${stretch(first, now, options)}${more} is damaged: ${lacking.join(' and ')} ${lack} it for good.`
}

function stretch({ from, to }: FixedRange, now: number, options: ClockOptions): string {
  if (to - from >= DAY_MS) {
    return `${dayTime(from, now, options)} to ${dayTime(to, now, options)}`
  }
  return stepTimes(from, to - from, { dated: now - from > DAY_MS, ...options })
}
