import { rangeWords } from '../../lib/format-range.ts'
import { clock, duration } from '../../lib/format-time.ts'
import {
  addsUp,
  type Dimension,
  type Kpi,
  type KpiId,
  rankedBy as usualRank,
} from '../../lib/kpis.ts'
import { isFixed, type Period } from '../../lib/period.ts'
import { textInWords } from '../../lib/shown-text.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../lib/time.ts'
import type { Filter } from '../../lib/view.ts'
import { WINDOWS } from '../../lib/windows.ts'
import { instant } from '../frame/period-state.ts'

/**
 * A part of the screen whose numbers the API can answer, too. A fixed `period` is the range as it is shown. `of`: what a list
 * is restricted to.
 */
export type Shown =
  | { kind: 'chart'; kpi: Kpi; period: Period; stepMs: number; filters: readonly Filter[] }
  | {
      kind: 'list'
      dimension: Dimension
      rankedBy: KpiId
      period: Period
      limit: number
      of?: Filter | undefined
    }

/**
 * The path and the query that answer what is shown. `pausedAt`: epoch ms where the display stands; null: it moves.
 * `incarnation`: of a former stream.
 */
export function apiAddress(shown: Shown, pausedAt: number | null, incarnation?: number): string {
  return `${currentAddress(shown, pausedAt)}${incarnation === undefined ? '' : `&incarnation=${incarnation}`}`
}

function currentAddress(shown: Shown, pausedAt: number | null): string {
  const { period } = shown
  switch (shown.kind) {
    case 'chart': {
      const { kpi, filters, stepMs } = shown
      const time = timeText(period, { spanMs: chartSpanOf(period), endStepMs: stepMs, pausedAt })
      const only = filters.map(filterText).join('')
      return `/api/v1/kpis/${kpi.id}/series?${time.span}&step=${durationText(stepMs)}${only}${time.end}`
    }
    case 'list': {
      const { dimension, rankedBy, limit, of } = shown
      const only = of === undefined ? '' : filterText(of)
      const rank = rankedBy === usualRank(dimension, of?.dimension) ? '' : `&rank=${rankedBy}`
      const slides = isFixed(period) ? { spanMs: 0, slideMs: 1 } : WINDOWS[period]
      const { spanMs, slideMs } = slides
      const time = timeText(period, { spanMs, endStepMs: slideMs, pausedAt })
      return `/api/v1/kpis?${time.span}&by=${dimension}&limit=${limit}${rank}${only}${time.end}`
    }
  }
}

/** The parameters that say which time is asked about: at the beginning of the query, and at its end. */
function timeText(
  period: Period,
  live: { spanMs: number; endStepMs: number; pausedAt: number | null },
): { span: string; end: string } {
  if (isFixed(period)) {
    return { span: `from=${instant(period.from)}&to=${instant(period.to)}`, end: '' }
  }
  const { spanMs, endStepMs, pausedAt } = live
  return { span: `window=${durationText(spanMs)}`, end: end(pausedAt, endStepMs) }
}

const chartSpanOf = (period: Period): number =>
  isFixed(period) ? period.to - period.from : WINDOWS[period].chart.spanMs

/**
 * What is shown ends with the step that ran at that moment, so the address does: the API drops what is not a whole
 * step. Of a step that still runs the API takes what there is until now.
 */
function end(pausedAt: number | null, stepMs: number): string {
  if (pausedAt === null) return ''
  const to = Math.floor(pausedAt / stepMs) * stepMs + stepMs
  return `&to=${instant(to)}`
}

export const asCsv = (address: string): string => `${address}&format=csv`

/** With the byte order mark by which Excel knows that it is UTF-8. */
export const asCsvForExcel = (address: string): string => `${asCsv(address)}&bom=true`

/** A line for a POSIX shell. `origin`: as `http://host:port`. */
export const curlLine = (origin: string, address: string): string =>
  `curl -s ${shellQuoted(origin + address)}`

/** What the address answers, in words: a chart draws rates and sliding windows, the API gives each step by itself. */
export function answerWords(shown: Shown, pausedAt: number | null): string {
  const { period } = shown
  const isLive = !isFixed(period)
  const upTo = pausedAt === null || !isLive ? '' : `, up to ${clock(pausedAt)}`
  switch (shown.kind) {
    case 'chart': {
      const what = addsUp(shown.kpi) ? 'A sum' : 'A value'
      const span = isLive ? chartWords(period) : rangeWords(period, period.to)
      return `${what} for each ${duration(shown.stepMs)} of ${span}${upTo}`
    }
    case 'list':
      return `The first ${shown.limit} over ${isLive ? WINDOWS[period].label : rangeWords(period, period.to)}, of ${shown.of === undefined ? 'all events' : `${shown.of.dimension} ${textInWords(shown.of.key)}`}${upTo}`
  }
}

/** How far back the chart beside a window reaches. */
function chartWords(window: Exclude<Period, object>): string {
  const { label, spanMs, chart } = WINDOWS[window]
  return chart.spanMs === spanMs ? label : duration(chart.spanMs)
}

const UNITS = { h: HOUR_MS, m: MINUTE_MS, s: SECOND_MS }

/** Whole seconds as the API takes them, in the largest unit that needs no fraction: 90000 → `90s`; one day is `24h`. */
export function durationText(ms: number): string {
  if (ms > DAY_MS && ms % DAY_MS === 0) return `${ms / DAY_MS}d`
  const [name, unitMs] = Object.entries(UNITS).find(([, each]) => ms % each === 0) ?? [
    's',
    SECOND_MS,
  ]
  return `${ms / unitMs}${name}`
}

const filterText = ({ dimension, key }: Filter): string => `&filter=${dimension}:${queryText(key)}`

/** A slash may stand in a query (RFC 3986, 3.4), and paths are easier to read with it. */
const queryText = (text: string): string => encodeURIComponent(text).replaceAll('%2F', '/')

/** Between single quotes a POSIX shell takes everything as it is; the quote itself has to stand outside. */
const shellQuoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
