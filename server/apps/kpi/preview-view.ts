import type { SeenCell } from '../../../lib/frames.ts'
import { filtersOf } from '../../../lib/kpi-formula-parts.ts'
import { SECOND_MS } from '../../../lib/time.ts'
import type { View } from '../../../lib/view.ts'
import type { Currencies } from './currencies.ts'
import type { LiveView } from './overview-view.ts'
import { createPreviewFigures, draftKpi } from './preview-figures.ts'
import type { RecentEvents } from './recent-events.ts'
import { seenIn } from './recent-fields.ts'

export type PreviewView = Extract<View, { kind: 'preview' }>

/** Every remembered event is looked at for it. */
const SEEN_EVERY_MS = SECOND_MS

/** Of an app's. */
interface PreviewOf {
  recent: RecentEvents
  reader: { currencies: Currencies }
}

/** Cells `preview` and `seen`, series `preview`: a KPI that is being composed, over events as they come. */
export function createPreviewView(
  view: PreviewView,
  { recent, reader: { currencies } }: PreviewOf,
): LiveView & { close(): void } {
  const kpi = draftKpi(view)
  const figures = kpi && createPreviewFigures(kpi, view, { recent, currencies })
  const filters = kpi === undefined ? [] : filtersOf(kpi.formula)
  let seen: { at: number; cell: SeenCell } | undefined

  return {
    async state(now) {
      if (seen === undefined || now - seen.at >= SEEN_EVERY_MS || now < seen.at) {
        seen = { at: now, cell: seenIn(recent, { types: view.types, filters }) }
      }
      if (figures === undefined) return { cells: { seen: seen.cell }, series: {} }
      return {
        cells: { seen: seen.cell, preview: figures.cell(now) },
        series: { preview: figures.points(now) },
      }
    },
    close: () => figures?.close(),
  }
}
