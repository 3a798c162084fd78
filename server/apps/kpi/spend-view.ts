import { DEFAULT_CURRENCY } from '../../../lib/event.ts'
import type { Cells, Point, SpendCell, SpendRow } from '../../../lib/frames.ts'
import { kpiOf } from '../../../lib/kpi-catalog.ts'
import { type KpiValue, NO_VALUE } from '../../../lib/kpi-value.ts'
import { OTHER_KEY } from '../../../lib/kpis.ts'
import { type Micros, micros, moneyNumber } from '../../../lib/money.ts'
import { DAY_MS } from '../../../lib/time.ts'
import type { View } from '../../../lib/view.ts'
import { WINDOWS } from '../../../lib/windows.ts'
import { amountsOf } from '../../window/kpi-of-cell.ts'
import { cellOf, type Pane } from '../../window/pane.ts'
import type { SlidingCell } from '../../window/sliding-cell.ts'
import type { SlidingKeys } from '../../window/sliding-keys.ts'
import { type Subject, subjectOf } from '../../window/subject.ts'
import {
  coveredMs,
  rangeBefore,
  stepEnd,
  type TimeRange,
  windowRange,
} from '../../window/window-range.ts'
import type { KpiApp } from './kpi-app.ts'
import type { LiveView, ViewPart } from './overview-view.ts'
import { type Need, needsOf, type PaneReader } from './pane-reader.ts'
import { rankedKeys } from './ranking.ts'
import { currencyFor } from './readings.ts'
import { createStepValues } from './step-values.ts'

export type SpendView = Extract<View, { kind: 'spend' }>

const MAX_ROWS = 50

const SPANS = ['now', 'before', 'today'] as const
type Ranges = Record<(typeof SPANS)[number], TimeRange>

/** What was spent in one of the spans, in total and by key. */
interface SpendWindows {
  needs(range: TimeRange): Need[]
  moveTo(range: TimeRange): void
  cell: SlidingCell
  account: SlidingKeys
  campaign: SlidingKeys
  close(): void
}

/** Cell `spend` and series `spend`. Accounts and campaigns are of all events: dimensions are not crossed. */
export function createSpendView(view: SpendView, app: KpiApp): LiveView {
  const { reader } = app
  const window = WINDOWS[view.window]
  const { chart } = window
  const subject = subjectOf(view.filter)
  const spend = kpiOf(reader.catalog, 'spend')
  const selection = reader.select(['spend'])
  const amounts = createStepValues(reader, {
    subject,
    stepMs: chart.stepMs,
    selection,
    value: (cell) => amountsOf(spend, cell, reader.measures),
  })

  const windows = {
    now: spendWindows(reader, `${view.window} now`, subject),
    before: spendWindows(reader, `${view.window} before`, subject),
    today: spendWindows(reader, 'today', subject),
  }

  function rangesAt(now: number): Ranges {
    const range = windowRange(window, now)
    const midnight = now - (now % DAY_MS)
    return {
      now: range,
      before: rangeBefore(range),
      today: { from: midnight, to: Math.max(range.to, midnight) },
    }
  }

  /** The chart, and as much before it as its first window reaches back. */
  function chartRange(now: number): TimeRange {
    const to = stepEnd(now, chart.stepMs)
    return { from: to - chart.spanMs - window.spanMs, to }
  }

  function needs(now: number): Need[] {
    const ranges = rangesAt(now)
    return [
      ...SPANS.flatMap((span) => windows[span].needs(ranges[span])),
      ...amounts.needs(chartRange(now)),
    ]
  }

  function compute(now: number): ViewPart {
    const ranges = rangesAt(now)
    for (const span of SPANS) windows[span].moveTo(ranges[span])
    const cellOver = (span: keyof Ranges) => windows[span].cell.cell()
    const currency =
      currencyFor(reader, 'spend', cellOver('now'), cellOver('before')) ?? DEFAULT_CURRENCY
    const valueOver = (span: keyof Ranges): KpiValue =>
      reader.value('spend', cellOver(span), { prefer: currency })
    // A change against a part of the window before would say nothing.
    const known = ranges.before.from >= reader.oldest()
    const accounts = spendBy('account', { currency, known })
    const campaigns = spendBy('campaign', { currency, known })
    const spend: SpendCell = {
      window: view.window,
      coveredMs: coveredMs(ranges.now, reader.oldest()),
      stepMs: chart.stepMs,
      endsAt: stepEnd(now, chart.stepMs),
      currency,
      now: valueOver('now'),
      before: known ? valueOver('before') : NO_VALUE,
      today: valueOver('today'),
      byAccount: accounts.rows,
      byCampaign: campaigns.rows,
      ...(accounts.other !== undefined && { otherAccounts: accounts.other }),
      ...(campaigns.other !== undefined && { otherCampaigns: campaigns.other }),
    }
    const cells: Partial<Cells> = { spend }
    return { cells, series: { spend: rolling(now, currency) } }
  }

  function spendBy(
    dimension: 'account' | 'campaign',
    { currency, known }: { currency: string; known: boolean },
  ) {
    const panes = {
      now: windows.now[dimension].pane(),
      before: windows.before[dimension].pane(),
      today: windows.today[dimension].pane(),
    }
    const valueIn = (pane: Pane, key: string) =>
      reader.value('spend', cellOf(pane, key), { prefer: currency })
    const rowOf = (key: string): SpendRow => ({
      key,
      now: valueIn(panes.now, key),
      before: known ? valueIn(panes.before, key) : NO_VALUE,
      today: valueIn(panes.today, key),
    })
    const rank = rankedKeys(reader, 'spend')
    const keys = new Set([
      ...rank(panes.now, { prefer: currency }),
      ...rank(panes.today, { prefer: currency }),
    ])
    const rows: SpendRow[] = []
    for (const key of keys) {
      if (rows.length === MAX_ROWS) break
      const row = rowOf(key)
      if ([row.now, row.before, row.today].some(({ value }) => (value ?? 0) !== 0)) rows.push(row)
    }
    return {
      rows,
      other: panes.now.rows.has(OTHER_KEY) ? valueIn(panes.now, OTHER_KEY) : undefined,
    }
  }

  /** [t, amount in the step, amount over the window that ends with the step]; the newest is the window of now. */
  function rolling(now: number, currency: string): Point[] {
    const range = chartRange(now)
    const steps = amounts.values(range).map(({ t, value }) => ({
      t,
      amount: value === null ? null : (value.get(currency) ?? micros(0n)),
    }))
    const perWindow = window.spanMs / chart.stepMs
    const points: Point[] = []
    let sum = 0n
    for (const [index, { t, amount }] of steps.entries()) {
      sum += amount ?? 0n
      sum -= steps[index - perWindow]?.amount ?? 0n
      if (t < range.to - chart.spanMs) continue
      points.push([t, numberOf(amount), amount === null ? null : numberOf(micros(sum))])
    }
    const last = points.at(-1)
    if (last !== undefined && last[1] !== undefined && last[1] !== null) {
      const current = amountsOf(spend, windows.now.cell.cell(), reader.measures)
      const amount = current.get(currency) ?? micros(0n)
      points[points.length - 1] = [last[0], last[1], moneyNumber(amount)]
    }
    return points
  }

  return {
    state: (now) =>
      reader.read(
        () => needs(now),
        () => compute(now),
      ),
    close() {
      for (const one of [...Object.values(windows), amounts]) one.close()
    },
  }
}

function spendWindows(reader: PaneReader, name: string, subject: Subject): SpendWindows {
  const cell = reader.windows.cell(name, subject, reader.select(['spend']))
  const account = reader.windows.keys(name, 'account')
  const campaign = reader.windows.keys(name, 'campaign')
  const all = [
    { dimension: subject.dimension, window: cell },
    { dimension: 'account' as const, window: account },
    { dimension: 'campaign' as const, window: campaign },
  ]
  return {
    cell,
    account,
    campaign,
    needs: (range) => all.flatMap(({ dimension, window }) => needsOf(window, dimension, range)),
    moveTo(range) {
      for (const { window } of all) window.moveTo(range)
    },
    close() {
      for (const { window } of all) window.close()
    },
  }
}

const numberOf = (amount: Micros | null): number | null =>
  amount === null ? null : moneyNumber(amount)
