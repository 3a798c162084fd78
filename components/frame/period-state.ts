import { exactTime } from '../../lib/format-time.ts'
import { isFixed, type Period } from '../../lib/period.ts'
import { parseQueryTime, SECOND_MS } from '../../lib/time.ts'
import { DEFAULT_WINDOW, WINDOW_IDS } from '../../lib/windows.ts'

type Params = Pick<URLSearchParams, 'get'>

/** What the address says the figures are over: `?from=…&to=…` in RFC 3339, or `?window=7d`. What makes no sense is as if unsaid. */
export function readPeriod(params: Params): Period {
  const [from, to] = [timeAt(params, 'from'), timeAt(params, 'to')]
  if (from !== undefined && to !== undefined && to - from >= SECOND_MS) return { from, to }
  return WINDOW_IDS.find((id) => id === params.get('window')) ?? DEFAULT_WINDOW
}

/** In whole seconds. */
function timeAt(params: Params, name: string): number | undefined {
  const t = parseQueryTime(params.get(name) ?? '')
  return t === undefined ? undefined : t - (t % SECOND_MS)
}

export const periodPatch = (period: Period) =>
  isFixed(period)
    ? { window: null, from: instant(period.from), to: instant(period.to) }
    : {
        ...{ window: period === DEFAULT_WINDOW ? null : period, from: null, to: null },
        // Nothing happens to a former stream any more.
        incarnation: null,
      }

/** `?incarnation=1`, with a fixed range: of a stream that was deleted and created again. */
export function readIncarnation(params: Params): number | undefined {
  const number = Number(params.get('incarnation') ?? Number.NaN)
  const makesSense = Number.isInteger(number) && number >= 1 && number <= 1_000_000
  return makesSense && isFixed(readPeriod(params)) ? number : undefined
}

export const incarnationPatch = (number: number | undefined) => ({
  incarnation: number === undefined ? null : String(number),
})

/** `?compare=off`. */
export const readCompare = (params: Params): boolean => params.get('compare') !== 'off'

export const comparePatch = (compare: boolean) => ({ compare: compare ? null : 'off' })

const KEPT = ['window', 'from', 'to', 'incarnation', 'compare']

/** What goes along from one page to another: the period, of which stream, and whether it is compared. */
export function periodQuery(params: Params): string {
  const query = new URLSearchParams()
  for (const name of KEPT) {
    const value = params.get(name)
    if (value !== null) query.set(name, value)
  }
  const text = query.toString()
  return text === '' ? '' : `?${text}`
}

/** RFC 3339 in UTC, to the second: 2026-11-12T08:00:00Z */
export const instant = (t: number): string => exactTime(t).replace('.000Z', 'Z')
