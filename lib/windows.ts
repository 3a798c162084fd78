import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from './time.ts'

/** A sliding window: it covers `spanMs` up to now and moves on every `slideMs`. */
export interface SlidingWindow {
  id: WindowId
  label: string
  spanMs: number
  slideMs: number
  /** The chart beside it: how far back it reaches and how long one point is. */
  chart: { spanMs: number; stepMs: number }
  /** What does not add up is drawn over the window that ends with each step; else, where steps are long, of the step. */
  pointsOver: 'window' | 'step'
}

/** What a rule compares: soon enough to act upon. */
export const RULE_WINDOW_IDS = ['10s', '1m', '5m', '15m', '1h', '24h'] as const
export type RuleWindowId = (typeof RULE_WINDOW_IDS)[number]

export const WINDOW_IDS = [...RULE_WINDOW_IDS, '7d', '30d'] as const
export type WindowId = (typeof WINDOW_IDS)[number]

export const WINDOWS: Record<WindowId, SlidingWindow> = {
  '10s': sliding('10s', '10 s', 10 * SECOND_MS, SECOND_MS, MINUTE_MS, SECOND_MS),
  '1m': sliding('1m', '1 min', MINUTE_MS, SECOND_MS, MINUTE_MS, SECOND_MS),
  '5m': sliding('5m', '5 min', 5 * MINUTE_MS, SECOND_MS, 5 * MINUTE_MS, 2 * SECOND_MS),
  '15m': sliding('15m', '15 min', 15 * MINUTE_MS, SECOND_MS, 15 * MINUTE_MS, 5 * SECOND_MS),
  '1h': sliding('1h', '1 h', HOUR_MS, 10 * SECOND_MS, HOUR_MS, 20 * SECOND_MS),
  '24h': sliding('24h', '24 h', DAY_MS, MINUTE_MS, DAY_MS, 10 * MINUTE_MS),
  // By the hour: of the span before nothing finer is kept.
  '7d': sliding('7d', '7 d', 7 * DAY_MS, HOUR_MS, 7 * DAY_MS, HOUR_MS),
  '30d': sliding('30d', '30 d', 30 * DAY_MS, HOUR_MS, 30 * DAY_MS, 6 * HOUR_MS),
}

export const DEFAULT_WINDOW: WindowId = '5m'

function sliding(
  id: WindowId,
  label: string,
  spanMs: number,
  slideMs: number,
  chartSpanMs: number,
  stepMs: number,
): SlidingWindow {
  const pointsOver = spanMs > DAY_MS ? 'step' : 'window'
  return { id, label, spanMs, slideMs, chart: { spanMs: chartSpanMs, stepMs }, pointsOver }
}

/** A preview begins with the events of the last moments: longer windows would stay empty. */
export const PREVIEW_WINDOW_IDS = ['10s', '1m', '5m'] as const satisfies readonly WindowId[]
