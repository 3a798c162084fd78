import type { Point, PreviewCell } from '../../../lib/frames.ts'
import { addsUp, type Kpi, OTHER_KEY } from '../../../lib/kpis.ts'
import { SECOND_MS } from '../../../lib/time.ts'
import { WINDOWS } from '../../../lib/windows.ts'
import type { Cell } from '../../window/cell.ts'
import { kpiOfCell } from '../../window/kpi-of-cell.ts'
import { createMeasureSet, EVENTS } from '../../window/measures.ts'
import { cellOf, keyCount, TOTAL_KEY } from '../../window/pane.ts'
import { stepEnd, type TimeRange, windowRange } from '../../window/window-range.ts'
import type { Currencies } from './currencies.ts'
import { currencyAmong, onlyIn } from './currency-choice.ts'
import { createPreviewPanes } from './preview-panes.ts'
import type { PreviewView } from './preview-view.ts'
import type { Follower, RecentEvents } from './recent-events.ts'

const MAX_ROWS = 6

/** The draft, measured: over the events that are remembered and all that come from then on. */
export interface PreviewFigures {
  cell(now: number): PreviewCell
  points(now: number): Point[]
  close(): void
}

/** As a KPI, for what it is computed and shown by. */
export function draftKpi({
  formula,
  unit,
}: Pick<PreviewView, 'formula' | 'unit'>): Kpi | undefined {
  if (formula === undefined || unit === undefined) return undefined
  return { id: 'preview', label: '', formula, unit, better: 'none', help: '' }
}

export function createPreviewFigures(
  kpi: Kpi,
  { window: windowId, dimension }: Pick<PreviewView, 'window' | 'dimension'>,
  { recent, currencies }: { recent: RecentEvents; currencies: Currencies },
): PreviewFigures {
  const window = WINDOWS[windowId]
  const { chart } = window
  const measures = createMeasureSet([kpi])
  const panes = createPreviewPanes(measures, dimension)
  const staged = createPreviewPanes(measures, dimension)
  /** Of whole steps, until an event comes to them. */
  const known = new Map<number, number | null>()
  let currency: string | undefined
  /** From when on every event was seen. */
  let from: number | undefined

  const follower: Follower = {
    stage(events) {
      for (const { event } of events) staged.add(event)
    },
    seal() {
      const touched = staged.oldest()
      for (const t of known.keys()) if (t + chart.stepMs > touched) known.delete(t)
      panes.merge(staged)
      staged.clear()
    },
    discard: staged.clear,
  }
  for (let number = recent.newest(); ; number--) {
    const applied = recent.at(number)
    if (applied === undefined) break
    panes.add(applied.event)
    from = applied.arrivedAt
  }
  const unfollow = recent.follow(follower)

  const value = (cell: Cell | undefined) => kpiOfCell(kpi, cell, { measures }, onlyIn(currency))
  const valueIn = (range: TimeRange) => value(cellOf(panes.total(range), TOTAL_KEY))

  /** As of what is picked out: the main one where any of the window is in it. */
  function settleCurrency(range: TimeRange): void {
    const cell = cellOf(panes.total(range), TOTAL_KEY)
    const next = currencyAmong({ currencies, measures }, kpi, [cell])
    if (next === undefined || next === currency) return
    currency = next
    known.clear()
  }

  function top(range: TimeRange): PreviewCell['top'] {
    if (dimension === undefined) return null
    const all = panes.keys(range)
    const first = currency === undefined ? [] : [currency]
    const rowChoice = { order: [...first, ...currencies.order(kpi)] }
    const rows = all.keys.flatMap((key) => {
      const cell = cellOf(all, key)
      const found = kpiOfCell(kpi, cell, { measures }, rowChoice)
      const known = key !== OTHER_KEY && found.value !== null && found.value !== 0
      // The largest ratio would be that of the rarest key.
      const weight = ranksItself(kpi) ? (value(cell).value ?? 0) : (cell?.counts[EVENTS] ?? 0)
      return known ? [{ key, value: found, weight }] : []
    })
    const ranked = rows.sort((a, b) => b.weight - a.weight || (a.key < b.key ? -1 : 1))
    return {
      dimension,
      rows: ranked.slice(0, MAX_ROWS).map(({ key, value }) => ({ key, value })),
      keys: keyCount(all),
    }
  }

  function pointAt(t: number): number | null {
    const to = t + chart.stepMs
    if (from === undefined || to <= from) return null
    return valueIn({ from: addsUp(kpi) ? t : to - window.spanMs, to }).value
  }

  return {
    cell(now) {
      const range = windowRange(window, now)
      for (const held of [panes, staged]) held.forget(range.from - 2 * chart.spanMs, range.from)
      settleCurrency(range)
      from ??= now
      return {
        ...{ spanMs: chart.spanMs, stepMs: chart.stepMs, endsAt: stepEnd(now, chart.stepMs) },
        from,
        asOf: now,
        value: valueIn(range),
        top: top(range),
        ...(currency !== undefined && { currency }),
      }
    },
    points(now) {
      const to = stepEnd(now, chart.stepMs)
      const first = to - chart.spanMs
      for (const t of known.keys()) if (t < first) known.delete(t)
      const points: Point[] = []
      for (let t = first; t < to; t += chart.stepMs) {
        const value = known.has(t) ? (known.get(t) ?? null) : pointAt(t)
        // A step that has not ended is not whole, whatever comes to it.
        if (t + chart.stepMs <= now - SECOND_MS) known.set(t, value)
        points.push([t, value])
      }
      return points
    },
    close: unfollow,
  }
}

const ranksItself = ({ formula: { kind } }: Kpi): boolean =>
  kind === 'count' || kind === 'money' || kind === 'distinct'
