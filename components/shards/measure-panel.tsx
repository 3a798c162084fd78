import { type ReactNode, useState } from 'react'
import { useStaleness } from '../live/use-staleness.ts'
import { Panel } from '../ui/panel.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { MEASURE_OPTIONS, type Measure } from './measures.ts'

export interface MeasurePanelProps {
  title: string
  /** While the connection is lost, since when stands in its place. */
  note: string
  children: (measure: Measure) => ReactNode
}

/** A panel in which one chooses what is measured. */
export function MeasurePanel({ title, note, children }: MeasurePanelProps) {
  const [measure, setMeasure] = useState<Measure>('records')
  const staleness = useStaleness()
  return (
    <Panel
      title={title}
      note={staleness.note ?? note}
      state={staleness.stale ? 'stale' : 'ok'}
      aside={
        <Segmented
          aria-label="Measure"
          value={measure}
          options={MEASURE_OPTIONS}
          onChange={setMeasure}
        />
      }
    >
      {children(measure)}
    </Panel>
  )
}
