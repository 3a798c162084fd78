import { ratePer } from './covered.ts'
import { absent, count, decimal, exact, NONE, percent, points } from './format.ts'
import { amountIn, besideText, exactMoneyOf, money, otherMoney } from './format-money.ts'
import { duration, millis } from './format-time.ts'
import type { KpiValue } from './kpi-value.ts'
import type { Kpi } from './kpis.ts'
import { rateUnit } from './rate-unit.ts'
import { HOUR_MS } from './time.ts'

/** `text` is the figure, `unit` stands small beside it (perhaps ''), `exact` is for hovers and copying. */
export interface FigureText {
  text: string
  unit: string
  exact: string
  /** Money in other currencies, with its unit: it stands beside the figure, and is not in it. */
  others?: readonly string[]
}

/**
 * A KPI's value over `coveredMs` of time that was (`coveredOf`), in the KPI's own unit: counts become "/s", or if that is little what
 * `rate` says, by default what suits the value; money becomes "/h". Where there is no value the text is "–".
 */
export function kpiFigure(
  kpi: Kpi,
  value: KpiValue,
  coveredMs: number,
  rate = rateUnit(value.value, coveredMs),
): FigureText {
  const figure = value.value
  switch (kpi.unit) {
    case 'per_second': {
      const shown = ratePer(figure, coveredMs, rate.ms)
      const whole = `${exact(figure)} in ${duration(coveredMs)}`
      return { text: decimal(shown), unit: rate.text, exact: absent(figure) ? NONE : whole }
    }
    case 'per_hour': {
      const perHour = ratePer(figure, coveredMs, HOUR_MS)
      const others = perHour === null ? [] : otherMoney(value, HOUR_MS / coveredMs)
      const whole = `${exactMoneyOf(value)} in ${duration(coveredMs)}`
      return {
        text: money(perHour, value.currency),
        unit: '/h',
        exact: absent(figure) ? NONE : whole,
        ...beside(others.map((text) => joinUnit(text, '/h'))),
      }
    }
    case 'per_mille':
      return {
        text: money(figure, value.currency),
        unit: 'per 1,000',
        exact: exactMoneyOf(value),
        ...beside(otherMoney(value)),
      }
    case 'percent': {
      const whole = figure === null ? NONE : `${exact(figure * 100)} %`
      return { text: percent(figure), unit: '', exact: whole }
    }
    case 'ms': {
      const whole = figure === null ? NONE : `${exact(figure, 3)} ms`
      return { text: millis(figure), unit: '', exact: whole }
    }
    case 'count':
      return { text: count(figure), unit: '', exact: exact(figure) }
  }
}

/** The figure with its unit in one string, as it is read out: "152.3/s", "$61.20/h", "$1.20 per 1,000". */
export function kpiText(kpi: Kpi, value: KpiValue, coveredMs: number): string {
  const { text, unit, others = [] } = kpiFigure(kpi, value, coveredMs)
  return [joinUnit(text, unit), besideText(others)].filter(Boolean).join(' ')
}

const beside = (others: readonly string[]) => (others.length === 0 ? {} : { others })

export const joinUnit = (text: string, unit: string): string =>
  unit === '' || unit.startsWith('/') ? `${text}${unit}` : `${text} ${unit}`

/**
 * What a rule compares: the amount or count over the whole window, not its rate.
 * "$61.20", "1,204 page views".
 */
export function thresholdText(kpi: Kpi, value: number | null, currency?: string): string {
  switch (kpi.formula.kind) {
    case 'money':
      return money(value, currency)
    case 'money_per':
      return `${money(value, currency)} per 1,000`
    case 'ratio':
      return percent(value)
    case 'quantile':
      return millis(value)
    case 'count':
    case 'distinct':
      return absent(value) ? NONE : `${count(value)} ${kpi.label.toLowerCase()}`
  }
}

/** A rule's value as it was measured, in the terms of its threshold, with the exact amount for hovers. */
export function measuredFigure(kpi: Kpi, value: KpiValue): FigureText {
  const text = thresholdText(kpi, value.value, value.currency)
  const whole = value.money === undefined ? exact(value.value) : exactMoneyOf(value)
  return { text, unit: '', exact: whole, ...beside(otherMoney(value)) }
}

/**
 * Against the window before. `text` carries no sign, `direction` does.
 * `none`: nothing to compare now; `new`: there was nothing before.
 */
export interface ChangeText {
  kind: 'new' | 'same' | 'none' | 'change'
  direction: 'up' | 'down' | 'flat'
  text: string
  tone: 'better' | 'worse' | 'neutral'
}

const NO_CHANGE: ChangeText = { kind: 'none', direction: 'flat', text: NONE, tone: 'neutral' }

/** Over how much time each of two values is, ms. */
export interface OverTimes {
  nowMs: number
  beforeMs: number
}

/**
 * Percentages change by points, everything else by percent. Money is compared within its currency, and rates as rates: a
 * window that is not over yet is shorter than the one before.
 */
export function kpiChange(kpi: Kpi, now: KpiValue, before: KpiValue, over?: OverTimes): ChangeText {
  const to = asLong(kpi, now.value, over)
  const from = now.currency === undefined ? before.value : amountIn(before, now.currency)
  if (absent(to)) return NO_CHANGE
  const ratio = kpi.unit === 'percent'
  // What is not known is not the same.
  if (absent(from) && to === 0) return NO_CHANGE
  if (absent(from) || (from === 0 && !ratio)) {
    return to === 0
      ? { kind: 'same', direction: 'flat', text: 'same', tone: 'neutral' }
      : { kind: 'new', direction: to > 0 ? 'up' : 'down', text: 'new', tone: 'neutral' }
  }
  const direction = to > from ? 'up' : 'down'
  const across = ratio ? undefined : acrossZero(from, to)
  const text = across ?? (ratio ? points(Math.abs(to - from) * 100) : relative(from, to))
  if (across === undefined && !/[1-9]/.test(text)) {
    return { kind: 'same', direction: 'flat', text: 'same', tone: 'neutral' }
  }
  return { kind: 'change', direction, text, tone: tone(kpi, direction) }
}

/** As much as it would be over the time of the one before. */
function asLong({ unit }: Kpi, value: number | null, over: OverTimes | undefined): number | null {
  if (over === undefined || (unit !== 'per_second' && unit !== 'per_hour')) return value
  return ratePer(value, over.nowMs, over.beforeMs)
}

function tone(kpi: Kpi, direction: 'up' | 'down'): ChangeText['tone'] {
  const { better } = kpi
  if (better === 'none') return 'neutral'
  return better === direction ? 'better' : 'worse'
}

/** Of credits to spending no percentage says anything. */
const acrossZero = (from: number, to: number): string | undefined =>
  Math.sign(from) * Math.sign(to) < 0 ? `${from < 0 ? 'from' : 'to'} below 0` : undefined

/** 4 %, 0.3 %, and beyond tenfold ×13. */
function relative(from: number, to: number): string {
  const change = Math.abs(to / from - 1)
  if (change >= 10) return `×${count(Math.round(to / from))}`
  const size = change * 100
  return `${size < 0.95 ? size.toFixed(1) : size.toFixed(0)} %`
}

/** "Page views" → "page views", but "CTR" stays. */
export const inSentence = (label: string): string =>
  /^[A-Z][a-z]/.test(label) ? label.charAt(0).toLowerCase() + label.slice(1) : label
