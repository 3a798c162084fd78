import { useEffect, useMemo, useState } from 'react'
import type { Dimension } from '../../lib/kpis.ts'
import { type View, viewKey } from '../../lib/view.ts'
import type { PREVIEW_WINDOW_IDS } from '../../lib/windows.ts'
import { useArrivedAt, useWatch } from '../live/store.ts'
import { type KpiDraft, previewOf, typesOf } from './kpi-draft.ts'

/** Whoever types a word is not asked about each letter. */
const SETTLE_MS = 200

export type PreviewWindow = (typeof PREVIEW_WINDOW_IDS)[number]
export type PreviewView = Extract<View, { kind: 'preview' }>

export function viewOfDraft(
  draft: KpiDraft,
  look: { window: PreviewWindow; dimension: Dimension },
): PreviewView {
  return {
    kind: 'preview',
    window: look.window,
    types: typesOf(draft),
    dimension: look.dimension,
    ...previewOf(draft),
  }
}

/** Watches the draft a moment after it was changed. `arrived`: what is shown is of it as it is now. */
export function usePreviewView(wanted: PreviewView): { view: PreviewView; arrived: boolean } {
  const key = viewKey(wanted)
  const [view, setView] = useState(wanted)
  // biome-ignore lint/correctness/useExhaustiveDependencies: equal keys are equal views
  useEffect(() => {
    const timer = setTimeout(() => setView(wanted), SETTLE_MS)
    return () => clearTimeout(timer)
  }, [key])
  useWatch(view)
  const there = useArrivedAt(view)
  return useMemo(() => ({ view, arrived: there && viewKey(view) === key }), [view, there, key])
}
