'use client'

import { isFixed, type Period } from '../../lib/period.ts'
import { filterList, overPeriod, type View } from '../../lib/view.ts'
import { RULE_WINDOW_IDS } from '../../lib/windows.ts'
import { RulesPanel } from '../alerts/rules-panel.tsx'
import { FixedLine } from '../frame/fixed-line.tsx'
import { IncompleteLine } from '../frame/incomplete-line.tsx'
import { shownRange } from '../frame/shown-range.ts'
import { useIncarnation, usePeriod, useUrlState } from '../frame/url-state.ts'
import { filtersPatch, pickFilter, readFilter } from '../kpi/overview-params.ts'
import { useArrived, useCell, useWatch } from '../live/store.ts'
import { Columns } from '../ui/columns.tsx'
import { useEscape } from '../ui/use-escape.ts'
import { SpendChart } from './spend-chart.tsx'
import { SpendTable } from './spend-table.tsx'
import { SpendTotals } from './spend-totals.tsx'

/** What is spent, by whom, and from where on that is too much. */
export function SpendPage() {
  const [params, change] = useUrlState()
  const [period] = usePeriod()
  const [incarnation] = useIncarnation()
  const filter = readFilter(params)
  const view: View = {
    kind: 'spend',
    ...overPeriod(period, incarnation),
    ...(filter !== undefined && { filter }),
  }
  useWatch(view)

  const spend = useCell('spend')
  const rules = useCell('rules')
  const arrived = useArrived()
  const clear = () => change(filtersPatch([]))
  const pick = (dimension: 'account' | 'campaign') => (key: string) =>
    change((now) => filtersPatch(pickFilter(filterList(readFilter(now)), { dimension, key })))
  useEscape(filter === undefined ? undefined : clear)

  return (
    <>
      <FixedLine shown={shownRange(spend)} />
      <IncompleteLine incomplete={spend?.incomplete} />
      <SpendTotals spend={spend} period={period} />
      <SpendChart
        spend={spend}
        rules={rules ?? []}
        period={period}
        filter={filter}
        onClear={clear}
      />
      <Columns count={2}>
        <SpendTable
          title="Accounts"
          dimension="account"
          spend={spend}
          filter={filter}
          onPick={pick('account')}
        />
        <SpendTable
          title="Campaigns"
          dimension="campaign"
          spend={spend}
          filter={filter}
          onPick={pick('campaign')}
        />
      </Columns>
      <RulesPanel
        rules={rules ?? (arrived ? [] : undefined)}
        start={{ ...ruleWindow(period), filter, currency: spend?.currency }}
      />
    </>
  )
}

/** A rule compares what a page shows, where that is soon enough to act upon. */
function ruleWindow(period: Period) {
  const window = RULE_WINDOW_IDS.find((id) => !isFixed(period) && id === period)
  return window === undefined ? {} : { window }
}
