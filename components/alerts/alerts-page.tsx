'use client'

import type { View } from '../../lib/view.ts'
import { useArrived, useCell, useWatch } from '../live/store.ts'
import { FiringPanel } from './firing-panel.tsx'
import { HistoryPanel } from './history-panel.tsx'
import { RulesPanel } from './rules-panel.tsx'

const VIEW: View = { kind: 'alerts' }
const START = {}

export function AlertsPage() {
  useWatch(VIEW)
  const arrived = useArrived()
  const firing = useCell('firing')
  const rules = useCell('rules')
  const history = useCell('history')
  return (
    <>
      <FiringPanel firing={firing} rules={arrived ? (rules ?? []) : undefined} />
      <RulesPanel rules={arrived ? (rules ?? []) : undefined} start={START} />
      <HistoryPanel history={arrived ? (history ?? []) : undefined} />
    </>
  )
}
