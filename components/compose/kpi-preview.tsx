import { useState } from 'react'
import { DIMENSION_LABELS, DIMENSIONS, type Dimension, type Kpi } from '../../lib/kpis.ts'
import { PREVIEW_WINDOW_IDS, WINDOWS } from '../../lib/windows.ts'
import { useCell, useSeries } from '../live/store.ts'
import { Empty } from '../ui/empty.tsx'
import { Panel } from '../ui/panel.tsx'
import { Select } from '../ui/select.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { hasUnder, type KpiDraft } from './kpi-draft.ts'
import styles from './kpi-preview.module.css'
import { PreviewFigures, type PreviewShown } from './preview-figures.tsx'
import { SeenMatches } from './seen-matches.tsx'
import { type PreviewWindow, usePreviewView, viewOfDraft } from './use-preview-view.ts'

const WINDOW_OPTIONS = PREVIEW_WINDOW_IDS.map((id) => ({ value: id, label: WINDOWS[id].label }))
const DIMENSION_OPTIONS = DIMENSIONS.map((id) => ({ value: id, label: DIMENSION_LABELS[id].one }))

/** What the draft measures now, as events come. */
export function KpiPreview({ draft }: { draft: KpiDraft }) {
  const [window, setWindow] = useState<PreviewWindow>('1m')
  const [dimension, setDimension] = useState<Dimension>('page')
  const { view, arrived } = usePreviewView(viewOfDraft(draft, { window, dimension }))
  const preview = useCell('preview')
  const points = useSeries('preview')
  const seen = useCell('seen')
  const { formula, unit } = view
  const whole = formula !== undefined && unit !== undefined
  const kpi: Kpi | undefined = whole
    ? { id: 'draft', label: draft.label.trim(), formula, unit, better: draft.better, help: '' }
    : undefined
  const fresh = useLast(
    arrived && kpi !== undefined && preview !== undefined
      ? { kpi, window: view.window, cell: preview, points }
      : undefined,
  )
  return (
    <Panel
      title="Preview"
      note="of the events as they come"
      aside={
        <>
          <Select
            aria-label="Preview over"
            size="small"
            value={window}
            options={WINDOW_OPTIONS}
            onChange={setWindow}
          />
          <Select
            aria-label="Preview by"
            size="small"
            value={dimension}
            options={DIMENSION_OPTIONS}
            onChange={setDimension}
          />
        </>
      }
    >
      {fresh === undefined ? (
        <Skeleton height={280} />
      ) : (
        <div className={styles.figures} data-stale={!arrived || undefined}>
          <PreviewFigures shown={fresh} />
        </div>
      )}
      {seen === undefined ? null : seen.events === 0 ? (
        <Empty
          compact
          title="No event has come lately"
          reason="What came before the last start, or the last change of a KPI, is not looked at. As soon as one comes, this says which of them match, and what they look like."
        />
      ) : (
        <SeenMatches
          seen={seen}
          types={hasUnder(draft) ? [draft.of.type, draft.under.type] : [draft.of.type]}
          stale={!arrived}
        />
      )}
    </Panel>
  )
}

/** What was last there: while the next one is on its way it stays in sight. */
function useLast(now: PreviewShown | undefined): PreviewShown | undefined {
  const [last, setLast] = useState(now)
  const same =
    now === undefined ||
    (last?.cell === now.cell && last.points === now.points && last.kpi.formula === now.kpi.formula)
  if (!same) setLast(now)
  return now ?? last
}
