import type { SeriesAnswer } from '../../lib/api.ts'
import { amountIn } from '../../lib/format-money.ts'
import type { Point } from '../../lib/frames.ts'
import type { KpiValue } from '../../lib/kpi-value.ts'
import { addsUp, type Kpi } from '../../lib/kpis.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../lib/time.ts'
import { type RuleWindowId, WINDOWS } from '../../lib/windows.ts'

/** What to ask `/kpis/{id}/series` for, to draw what a rule would have seen. */
export interface PreviewPlan {
  window: RuleWindowId
  step: '1s' | '10s' | '30s' | '1m' | '5m' | '10m' | '1h'
  stepMs: number
  /** How many steps make one drawn value: sums slide, anything else cannot be put together from its parts. */
  steps: number
  /** Asks for the span before, too: the window is as long as the longest series. */
  twice: boolean
}

const SLIDING: Record<RuleWindowId, Pick<PreviewPlan, 'window' | 'step' | 'stepMs'>> = {
  '10s': { window: '5m', step: '1s', stepMs: SECOND_MS },
  '1m': { window: '15m', step: '10s', stepMs: 10 * SECOND_MS },
  '5m': { window: '1h', step: '30s', stepMs: 30 * SECOND_MS },
  '15m': { window: '1h', step: '1m', stepMs: MINUTE_MS },
  '1h': { window: '24h', step: '10m', stepMs: 10 * MINUTE_MS },
  '24h': { window: '24h', step: '10m', stepMs: 10 * MINUTE_MS },
}

const TUMBLING: typeof SLIDING = {
  '10s': { window: '5m', step: '10s', stepMs: 10 * SECOND_MS },
  '1m': { window: '1h', step: '1m', stepMs: MINUTE_MS },
  '5m': { window: '24h', step: '5m', stepMs: 5 * MINUTE_MS },
  '15m': { window: '24h', step: '10m', stepMs: 10 * MINUTE_MS },
  '1h': { window: '24h', step: '1h', stepMs: HOUR_MS },
  '24h': { window: '24h', step: '1h', stepMs: HOUR_MS },
}

/** The whole of a rule's window is drawn where it can be; else in the steps that come nearest. */
export function previewPlan(kpi: Kpi, window: RuleWindowId): PreviewPlan {
  if (!addsUp(kpi)) return { ...TUMBLING[window], steps: 1, twice: false }
  const plan = SLIDING[window]
  return { ...plan, steps: WINDOWS[window].spanMs / plan.stepMs, twice: window === '24h' }
}

/** How much of the past one drawn value covers. */
export const coveredMs = (plan: PreviewPlan): number => plan.stepMs * plan.steps

/**
 * The rule's value at the end of each step, oldest first, in the terms of `ruleThreshold`.
 * Where the series does not reach back far enough for a whole window there is no value. `onlyWhole`: nor where something
 * of the window was before there was anything to know, as a rule of "below" has none there.
 */
export function previewPoints(
  answers: readonly SeriesAnswer[],
  plan: PreviewPlan,
  currency: string | undefined,
  { onlyWhole = false }: { onlyWhole?: boolean } = {},
): Point[] {
  const points = answers.flatMap((answer) => answer.points).sort((a, b) => a.t - b.t)
  const values = points.map(({ value }) => figure(value, currency))
  /** Up to a step that nothing, or not all, was known of before it ended. */
  const knownFrom = onlyWhole
    ? points.findLastIndex(
        ({ value, open, coveredMs }) => value.value === null || (coveredMs !== undefined && !open),
      ) + 1
    : 0
  if (plan.steps === 1) {
    return points.map(({ t }, at) => [t, at < knownFrom ? null : (values[at] ?? null)])
  }
  const out: Point[] = []
  let sum = 0
  let known = 0
  for (const [at, { t }] of points.entries()) {
    const [comes = null, goes = null] = [values[at], values[at - plan.steps]]
    sum += (comes ?? 0) - (goes ?? 0)
    known += Number(comes !== null) - Number(goes !== null)
    // Of no step at all there is no sum, not one of 0.
    const isWhole = at - plan.steps + 1 >= knownFrom
    if (at < plan.steps - 1) continue
    out.push([t, known === 0 || (onlyWhole && !isWhole) ? null : inMicros(sum)])
  }
  return out
}

/** Without what adding and taking away floats leaves over: a sum of nothing is 0. */
const inMicros = (sum: number): number => Math.round(sum * 1e6) / 1e6

const figure = (value: KpiValue, currency: string | undefined): number | null =>
  currency === undefined ? value.value : amountIn(value, currency)

/** How often the values went beyond the threshold. */
export function timesBeyond(
  points: readonly Point[],
  threshold: number,
  when: 'above' | 'below',
): number {
  let times = 0
  let beyond = false
  for (const [, value = null] of points) {
    const now = value !== null && (when === 'above' ? value > threshold : value < threshold)
    if (now && !beyond) times += 1
    beyond = now
  }
  return times
}

/** How far back the preview reaches. */
const previewSpanMs = (plan: PreviewPlan): number =>
  plan.twice ? DAY_MS : WINDOWS[plan.window].spanMs - (plan.steps - 1) * plan.stepMs

/** No fewer steps are drawn, however short the past is. */
const FEWEST_STEPS = 12

/** How much of the preview's span to draw: a stream that is young does not fill a day. */
export function drawnSpanMs(points: readonly Point[], plan: PreviewPlan, to: number): number {
  const first = points.find(([, value = null]) => value !== null && value !== 0)
  const known = first === undefined ? Number.POSITIVE_INFINITY : to - first[0] + plan.stepMs
  return Math.min(previewSpanMs(plan), Math.max(known, FEWEST_STEPS * plan.stepMs))
}
