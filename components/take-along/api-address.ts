import { clock, duration, exactTime } from '../../lib/format-time.ts'
import {
  addsUp,
  type Dimension,
  type Kpi,
  type KpiId,
  rankedBy as usualRank,
} from '../../lib/kpis.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../lib/time.ts'
import type { Filter } from '../../lib/view.ts'
import { WINDOWS, type WindowId } from '../../lib/windows.ts'

/** A part of the screen whose numbers the API can answer, too. `of`: what a list is restricted to. */
export type Shown =
  | { kind: 'chart'; kpi: Kpi; window: WindowId; filters: readonly Filter[] }
  | {
      kind: 'list'
      dimension: Dimension
      rankedBy: KpiId
      window: WindowId
      limit: number
      of?: Filter | undefined
    }

/** The path and the query that answer what is shown. `pausedAt`: epoch ms where the display stands; null: it moves. */
export function apiAddress(shown: Shown, pausedAt: number | null): string {
  const window = WINDOWS[shown.window]
  switch (shown.kind) {
    case 'chart': {
      const { kpi, filters } = shown
      const { spanMs, stepMs } = window.chart
      const only = filters.map(filterText).join('')
      return `/api/v1/kpis/${kpi.id}/series?window=${durationText(spanMs)}&step=${durationText(stepMs)}${only}${end(pausedAt, stepMs)}`
    }
    case 'list': {
      const { dimension, rankedBy, limit, of } = shown
      const only = of === undefined ? '' : filterText(of)
      const rank = rankedBy === usualRank(dimension, of?.dimension) ? '' : `&rank=${rankedBy}`
      const to = end(pausedAt, window.slideMs)
      return `/api/v1/kpis?window=${durationText(window.spanMs)}&by=${dimension}&limit=${limit}${rank}${only}${to}`
    }
  }
}

/**
 * What is shown ends with the step that ran at that moment, so the address does: the API drops what is not a whole
 * step. Of a step that still runs the API takes what there is until now.
 */
function end(pausedAt: number | null, stepMs: number): string {
  if (pausedAt === null) return ''
  const to = Math.floor(pausedAt / stepMs) * stepMs + stepMs
  return `&to=${exactTime(to).replace('.000Z', 'Z')}`
}

export const asCsv = (address: string): string => `${address}&format=csv`

/** A line for a POSIX shell. `origin`: as `http://host:port`. */
export const curlLine = (origin: string, address: string): string =>
  `curl -s ${shellQuoted(origin + address)}`

/** What the address answers, in words: a chart draws rates and sliding windows, the API gives each step by itself. */
export function answerWords(shown: Shown, pausedAt: number | null): string {
  const { label, spanMs, chart } = WINDOWS[shown.window]
  const upTo = pausedAt === null ? '' : `, up to ${clock(pausedAt)}`
  switch (shown.kind) {
    case 'chart': {
      const what = addsUp(shown.kpi) ? 'A sum' : 'A value'
      const span = chart.spanMs === spanMs ? label : duration(chart.spanMs)
      return `${what} for each ${duration(chart.stepMs)} of ${span}${upTo}`
    }
    case 'list':
      return `The first ${shown.limit} over ${label}, of ${shown.of === undefined ? 'all events' : `${shown.of.dimension} ${shown.of.key}`}${upTo}`
  }
}

const UNITS = { h: HOUR_MS, m: MINUTE_MS, s: SECOND_MS }

/** Whole seconds as the API takes them, in the largest unit that needs no fraction: 90000 → `90s`. */
export function durationText(ms: number): string {
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
