import { useState } from 'react'
import { DIMENSION_LABELS, type Dimension, type Kpi } from '../../lib/kpis.ts'
import type { Period } from '../../lib/period.ts'
import type { Filter } from '../../lib/view.ts'
import { usePhone } from '../live/use-media.ts'
import { Panel } from '../ui/panel.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { ALL_LISTS, LIST_GROUPS } from './overview-params.ts'
import { RankedList } from './ranked-list.tsx'

interface ListsProps {
  kpi: Kpi
  period: Period
  filters: readonly Filter[]
  /** `of`: what the list is restricted to. */
  onPick: (picked: Filter, of?: Filter) => void
}

/** Where the numbers come from: three lists side by side that can be turned over, on a phone one of all. */
export function Lists(props: ListsProps) {
  const groups = usePhone() ? [ALL_LISTS] : LIST_GROUPS
  return groups.map((dimensions) => (
    <ListPanel key={dimensions.join()} dimensions={dimensions} {...props} />
  ))
}

function ListPanel({
  dimensions,
  kpi,
  period,
  filters,
  onPick,
}: ListsProps & { dimensions: readonly Dimension[] }) {
  const first = dimensions[0] as Dimension
  const [chosen, choose] = useState<Dimension>(
    dimensions.find((each) => filters.some(({ dimension }) => dimension === each)) ?? first,
  )
  const options = dimensions.map((each) => ({ value: each, label: DIMENSION_LABELS[each].many }))
  return (
    <Panel
      flush
      title={
        dimensions.length === 1 ? (
          DIMENSION_LABELS[first].many
        ) : (
          <Segmented
            look="words"
            aria-label="List"
            value={chosen}
            options={options}
            onChange={choose}
          />
        )
      }
    >
      <RankedList dimension={chosen} kpi={kpi} period={period} filters={filters} onPick={onPick} />
    </Panel>
  )
}
