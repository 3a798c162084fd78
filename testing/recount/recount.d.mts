interface Range {
  from: number
  to: number
}
type Window = '10s' | '1m' | '5m' | '15m' | '1h' | '24h' | '7d' | '30d'
type Event = Record<string, unknown> & { time: number }
type Money = Record<string, string>

export interface Counted {
  page_views: number
  requests: number
  visitors: number
  ctr: number | null
  coverage: number | null
  conversion_rate: number | null
  error_rate: number | null
  spend: Money
  revenue: Money
  latencies: number[]
}

export function readEvents(lines: string[]): Event[]
export function eventsIn(events: Event[], range: Range, filter?: Record<string, string>): Event[]
export function kpisOf(events: Event[]): Counted
export function percentile(sorted: number[], q: number): number | null
export function byKey(events: Event[], dimension: string): Map<string, Counted>
export function totalsOf(events: Event[]): {
  events: Record<string, number>
  spend: Record<string, Money>
  revenue: Record<string, Money>
}
export const WINDOWS: Record<Window, [spanMs: number, slideMs: number]>
export function rangeOf(window: Window, now: number): Range
export function wasOf(events: Event[], range: Range, now: number): number
export function readCsv(text: string): Record<string, string>[]
export function seededLines(options: {
  seed: number
  count: number
  ageMs: number
  now: number
}): string[]
