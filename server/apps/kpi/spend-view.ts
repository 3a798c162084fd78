import type { Cells, Point, SpendCell, SpendRow } from '../../../lib/frames.ts'
import { kpiOf } from '../../../lib/kpi-catalog.ts'
import { type KpiValue, NO_VALUE } from '../../../lib/kpi-value.ts'
import { OTHER_KEY } from '../../../lib/kpis.ts'
import { type Micros, micros, moneyNumber } from '../../../lib/money.ts'
import { isFixed, spanOf } from '../../../lib/period.ts'
import { DAY_MS } from '../../../lib/time.ts'
import { periodOf, type View } from '../../../lib/view.ts'
import { amountsOf } from '../../window/kpi-of-cell.ts'
import { cellOf, type Pane } from '../../window/pane.ts'
import type { SlidingCell } from '../../window/sliding-cell.ts'
import type { SlidingKeys } from '../../window/sliding-keys.ts'
import type { SlidingWindow } from '../../window/sliding-window.ts'
import { type Subject, subjectOf } from '../../window/subject.ts'
import { rangeBefore, type TimeRange } from '../../window/window-range.ts'
import { approach, type Way } from './approach.ts'
import { createAsOf } from './as-of.ts'
import { isReadable } from './asked-range.ts'
import { createCorrectedSteps } from './corrected-steps.ts'
import { currencyFor, orderFrom } from './currency-choice.ts'
import { knownFrom, knownTime, sentKnownFrom } from './known-time.ts'
import type { KpiApp } from './kpi-app.ts'
import { incompleteView } from './lost-part.ts'
import type { LiveView, ViewPart } from './overview-view.ts'
import { type Need, needsOf, type PaneReader } from './pane-reader.ts'
import { rankedKeys } from './ranking.ts'
import { type Shown, shownPeriod } from './shown-period.ts'
import { createStepValues } from './step-values.ts'
import { createStill } from './still.ts'

export type SpendView = Extract<View, { kind: 'spend' }>

const MAX_ROWS = 50

const SPANS = ['now', 'before', 'today'] as const
type Ranges = Record<(typeof SPANS)[number], TimeRange>

/** What was spent in one of the spans, in total and by key. */
interface SpendWindows {
  ways(range: TimeRange): Way[]
  needs(range: TimeRange): Need[]
  moveTo(range: TimeRange): void
  cell: SlidingCell
  account: SlidingKeys
  campaign: SlidingKeys
  /** All of these. */
  all: readonly SlidingWindow[]
  close(): void
}

/** Cells `spend` and, of a window, `asOf`; series `spend`. Accounts and campaigns are of all events: dimensions are not crossed. */
export function createSpendView(view: SpendView, app: KpiApp): LiveView {
  const { reader } = app
  const period = periodOf(view)
  const still = createStill<ViewPart>(reader)
  let parts: Parts | undefined
  let isOpen = true

  async function partOf(shown: Shown, now: number): Promise<ViewPart> {
    if (parts?.name !== shown.name || parts.stepMs !== shown.chart.stepMs) {
      parts?.close()
      parts = createParts(view, reader, shown)
    }
    return parts.state(shown, now, () => isOpen)
  }

  return {
    state(now) {
      const shown = shownPeriod(period, reader.retention, now)
      return isFixed(period)
        ? still(shown, now, async () => ({ value: await partOf(shown, now), isWhole: true }))
        : partOf(shown, now)
    },
    close() {
      isOpen = false
      parts?.close()
    },
  }
}

type Parts = ReturnType<typeof createParts>

function createParts(view: SpendView, reader: PaneReader, { name, chart: { stepMs } }: Shown) {
  const period = periodOf(view)
  const subject = subjectOf(view.filter)
  const kpi = kpiOf(reader.catalog, 'spend')
  const amounts = createStepValues(reader, {
    subject,
    stepMs,
    selection: reader.select(['spend']),
    value: (cell) => amountsOf(kpi, cell, reader.measures),
  })
  const corrected = createCorrectedSteps(reader, { subject, kpi: 'spend', stepMs })
  const asOf = createAsOf(reader)
  // What is spent today is of no range but its own.
  const spans = isFixed(period) ? SPANS.filter((span) => span !== 'today') : SPANS
  const windows = {
    now: spendWindows(reader, `${name} now`, subject),
    before: spendWindows(reader, `${name} before`, subject),
    today: spendWindows(reader, 'today', subject),
  }

  function rangesAt({ range }: Shown, now: number): Ranges {
    const midnight = now - (now % DAY_MS)
    return {
      now: range,
      before: rangeBefore(range),
      today: { from: midnight, to: Math.max(range.to, midnight) },
    }
  }

  /** The chart, and as much before it as its first window reaches back. */
  const chartRange = ({ chart, range }: Shown): TimeRange =>
    isFixed(period) ? chart : { from: chart.from - (range.to - range.from), to: chart.to }

  function needs(shown: Shown, now: number): Need[] {
    const ranges = rangesAt(shown, now)
    return [
      ...spans.flatMap((span) => windows[span].needs(ranges[span])),
      ...amounts.needs(chartRange(shown)),
      ...corrected.needs(shown.chart),
    ]
  }

  function compute(shown: Shown, now: number): ViewPart {
    const ranges = rangesAt(shown, now)
    for (const span of spans) windows[span].moveTo(ranges[span])
    const cellOver = (span: keyof Ranges) => windows[span].cell.cell()
    const currency =
      currencyFor(reader, 'spend', subject, ...spans.map(cellOver)) ?? reader.currencies.main()
    const valueOver = (span: keyof Ranges): KpiValue =>
      reader.value('spend', cellOver(span), { only: currency })
    const knownOf = knownTime(reader, now)
    const { range } = shown
    const at = { dimension: subject.dimension, now }
    // A change against a part of the window before would say nothing.
    const known = ranges.before.from >= knownFrom(reader, ranges.before, at)
    const isBeforeKnown = knownFrom(reader, range, at) >= range.to
    const accounts = spendBy('account', { currency, known })
    const campaigns = spendBy('campaign', { currency, known })
    const spend: SpendCell = {
      period,
      ...(isFixed(period) && { range }),
      known: knownOf,
      knownFrom: sentKnownFrom(reader, range, at),
      stepMs,
      endsAt: shown.chart.to,
      currency,
      now: isFixed(period) && isBeforeKnown ? NO_VALUE : valueOver('now'),
      before: known ? valueOver('before') : NO_VALUE,
      ...(!isFixed(period) && { today: valueOver('today') }),
      byAccount: accounts.rows,
      byCampaign: campaigns.rows,
      ...(accounts.other !== undefined && { otherAccounts: accounts.other }),
      ...(campaigns.other !== undefined && { otherCampaigns: campaigns.other }),
      ...incompleteView(
        reader,
        spans.flatMap((span) => windows[span].all),
        { ...shown.chart, dimension: subject.dimension },
      ),
    }
    const cells: Partial<Cells> = { spend, ...(!isFixed(period) && { asOf: asOf(now, range) }) }
    return { cells, series: { spend: points(shown, { currency, now }) } }
  }

  function spendBy(
    dimension: 'account' | 'campaign',
    { currency, known }: { currency: string; known: boolean },
  ) {
    const panes = {
      now: windows.now[dimension].pane(),
      before: windows.before[dimension].pane(),
      ...(!isFixed(period) && { today: windows.today[dimension].pane() }),
    }
    const valueIn = (pane: Pane, key: string) =>
      reader.value('spend', cellOf(pane, key), orderFrom(reader, 'spend', currency))
    const rowOf = (key: string): SpendRow => ({
      key,
      now: valueIn(panes.now, key),
      before: known ? valueIn(panes.before, key) : NO_VALUE,
      ...(panes.today !== undefined && { today: valueIn(panes.today, key) }),
    })
    const rank = rankedKeys(reader, 'spend')
    const keys = new Set([
      ...rank(panes.now, { only: currency }),
      ...(panes.today === undefined ? [] : rank(panes.today, { only: currency })),
    ])
    const rows: SpendRow[] = []
    for (const key of keys) {
      if (rows.length === MAX_ROWS) break
      const row = rowOf(key)
      if ([row.now, row.before, row.today].some((each) => (each?.value ?? 0) !== 0)) rows.push(row)
    }
    return {
      rows,
      other: panes.now.keys.includes(OTHER_KEY) ? valueIn(panes.now, OTHER_KEY) : undefined,
    }
  }

  /**
   * [t, amount in the step, amount over the window that ends with the step]; the newest is the window of now. Of a fixed
   * range the last is what was spent from its beginning on.
   */
  function points(shown: Shown, { currency, now }: { currency: string; now: number }): Point[] {
    const range = chartRange(shown)
    const steps = amounts.values(range).map(({ t, value }) => ({
      t,
      amount:
        value === null || !isReadable(reader.retention, t, now)
          ? null
          : (value.get(currency) ?? micros(0n)),
    }))
    const perWindow = isFixed(period) ? steps.length : spanOf(period) / stepMs
    const points: Point[] = []
    let sum = 0n
    for (const [index, { t, amount }] of steps.entries()) {
      sum += amount ?? 0n
      sum -= steps[index - perWindow]?.amount ?? 0n
      if (t < shown.chart.from) continue
      points.push([t, numberOf(amount), amount === null ? null : numberOf(micros(sum))])
    }
    const last = points.at(-1)
    if (last !== undefined && last[1] !== undefined && last[1] !== null && !isFixed(period)) {
      const current = amountsOf(kpi, windows.now.cell.cell(), reader.measures)
      const amount = current.get(currency) ?? micros(0n)
      points[points.length - 1] = [last[0], last[1], moneyNumber(amount)]
    }
    return corrected.mark(shown.chart, points)
  }

  return {
    name,
    stepMs,
    async state(shown: Shown, now: number, isWanted: () => boolean): Promise<ViewPart> {
      const ranges = rangesAt(shown, now)
      await approach(
        reader,
        spans.flatMap((span) => windows[span].ways(ranges[span])),
        isWanted,
      )
      await amounts.approach(chartRange(shown), isWanted)
      await corrected.approach(shown.chart, isWanted)
      return reader.read(
        () => (isWanted() ? needs(shown, now) : []),
        () => (isWanted() ? compute(shown, now) : NOTHING),
      )
    },
    close() {
      for (const one of [...Object.values(windows), amounts, corrected]) one.close()
    },
  }
}

/** For nobody. */
const NOTHING: ViewPart = { cells: {}, series: {} }

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
    all: all.map(({ window }) => window),
    ways: (range) => all.map(({ dimension, window }) => ({ dimension, window, range })),
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
