import type { Catalog } from '../lib/kpi-catalog.ts'
import { isFixed } from '../lib/period.ts'
import { incarnationOf, type PeriodView, periodOf, type View } from '../lib/view.ts'
import { WINDOWS } from '../lib/windows.ts'
import type { AlertWatch } from './alerts/alert-watch.ts'
import type { KpiApp } from './apps/kpi/kpi-app.ts'
import { createOverviewView, type LiveView, type OverviewView } from './apps/kpi/overview-view.ts'
import { createPreviewView } from './apps/kpi/preview-view.ts'
import { createSpendView } from './apps/kpi/spend-view.ts'
import type { ViewPart, ViewSource } from './live-views.ts'
import { REMEMBERED_MS } from './marks/kept-marks.ts'
import type { MarkStore } from './marks/mark-store.ts'
import type { MarkWatch } from './marks/mark-watch.ts'
import { createPastMarks, within, withPast } from './marks/past-marks.ts'
import type { Consumer } from './stream/consumer.ts'
import { shardCells, shardDetail } from './stream/shards/shard-cells.ts'

/** A frame waits so long for lists over much of the past; they come with a later one. */
const LISTS_PATIENCE_MS = 150

/** What views are made of. */
export interface ViewParts {
  kpi: KpiApp
  /** Of a stream by its number; undefined: there is none. */
  kpiOf(incarnation: number): Promise<KpiApp | undefined>
  consumer: Consumer
  alerts: AlertWatch
  marks: MarkWatch
  markStore: MarkStore
}

const NOTHING: ViewPart = { cells: {}, series: {} }

/** Where the state of a view comes from. `turn`: for what takes long. */
export function viewSource(
  view: View,
  all: ViewParts,
  { catalog, turn }: { catalog: Catalog; turn: () => Promise<void> },
): ViewSource {
  const parts: ViewParts = {
    ...all,
    kpi: all.kpi.inTurns(turn),
    kpiOf: async (incarnation) => (await all.kpiOf(incarnation))?.inTurns(turn),
  }
  const { kpi, consumer, alerts } = parts
  switch (view.kind) {
    case 'overview':
      // It is gone from the catalog: the status says so, and the page turns to another one.
      if (catalog.kpi(view.kpi) === undefined) return { state: () => NOTHING }
      return withMarks(
        ofStream(view, parts, (kpi) =>
          createOverviewView(view, kpi, { patienceMs: LISTS_PATIENCE_MS }),
        ),
        view,
        parts,
      )
    case 'preview':
      return createPreviewView(view, kpi)
    case 'spend': {
      const spend = ofStream(view, parts, (kpi) => createSpendView(view, kpi))
      return {
        async state(now) {
          const state = await spend.state(now)
          return { ...state, cells: { ...state.cells, rules: alerts.standings() } }
        },
        close: spend.close,
      }
    }
    case 'shards':
      return { state: (now) => shardCells(consumer.readings().shards, { now }) }
    case 'shard':
      return { state: (now) => oneShard(consumer, view.shardId, now) }
    case 'alerts':
      return {
        state: () => ({
          cells: { rules: alerts.standings(), history: [...alerts.history()] },
          series: {},
        }),
      }
    case 'status':
      return { state: () => NOTHING }
  }
}

/** Over the KPIs of the stream that the view is of: those of a former one have to be read first. */
function ofStream(
  view: PeriodView,
  { kpi, kpiOf }: ViewParts,
  make: (kpi: KpiApp) => LiveView,
): LiveView {
  const incarnation = incarnationOf(view)
  if (incarnation === undefined) return make(kpi)
  let made: LiveView | undefined
  let isOpen = true
  return {
    async state(now) {
      if (made === undefined) {
        const former = await kpiOf(incarnation)
        if (former === undefined || !isOpen) return NOTHING
        made = make(former)
      }
      return made.state(now)
    },
    close() {
      isOpen = false
      made?.close()
    },
  }
}

/** The shard with its parents and children. */
function oneShard(consumer: Consumer, shardId: string, now: number): ViewPart {
  const found = consumer.shard(shardId)
  if (found === undefined) return NOTHING
  const { reading, children } = found
  const family = [shardId, ...reading.progress.parents, ...children].flatMap(
    (id) => consumer.shard(id)?.reading ?? [],
  )
  const whole = consumer.readings().shards
  const { cells, series } = shardCells(family, { now, whole })
  return { cells: { ...cells, detail: shardDetail(reading, children, now) }, series }
}

/** The overview's own part, and what just went wrong. */
function withMarks(
  overview: LiveView,
  view: OverviewView,
  { marks, markStore }: ViewParts,
): ViewSource {
  const period = periodOf(view)
  const past = createPastMarks(markStore)
  return {
    ...overview,
    async state(now) {
      const { cells, series } = await overview.state(now)
      const range = isFixed(period) ? period : { from: now - WINDOWS[period].chart.spanMs, to: now }
      const spanMs = now - range.from
      const cell = marks.cell(now, Math.min(spanMs, REMEMBERED_MS))
      const all =
        spanMs <= REMEMBERED_MS ? cell.marks : withPast(cell.marks, await past(range, now))
      const shown = isFixed(period) ? within(all, range) : [...all]
      return { cells: { ...cells, marks: { ...cell, marks: shown } }, series }
    },
  }
}
