'use client'

import { filterList, type View } from '../../lib/view.ts'
import { RulesPanel } from '../alerts/rules-panel.tsx'
import { useUrlState, windowOf } from '../frame/url-state.ts'
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
  const window = windowOf(params)
  const filter = readFilter(params)
  const view: View = { kind: 'spend', window, ...(filter !== undefined && { filter }) }
  useWatch(view)

  const spend = useCell('spend')
  const rules = useCell('rules')
  const arrived = useArrived()
  const clear = () => change(filtersPatch([]))
  const pick = (dimension: 'account' | 'campaign') => (key: string) =>
    change(filtersPatch(pickFilter(filterList(filter), { dimension, key })))
  useEscape(filter === undefined ? undefined : clear)

  return (
    <>
      <SpendTotals spend={spend} window={window} />
      <SpendChart
        spend={spend}
        rules={rules ?? []}
        window={window}
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
        start={{ window, filter, currency: spend?.currency }}
      />
    </>
  )
}
