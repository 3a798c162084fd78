import { useEffect, useState } from 'react'
import type { SeriesAnswer } from '../../lib/api.ts'
import type { Kpi } from '../../lib/kpis.ts'
import { DAY_MS } from '../../lib/time.ts'
import type { RuleWindowId } from '../../lib/windows.ts'
import { getJson } from '../live/http.ts'
import { type PreviewPlan, previewPlan } from './preview-series.ts'

export type Preview =
  | { kind: 'loading' }
  | { kind: 'problem'; detail: string }
  | { kind: 'ready'; plan: PreviewPlan; answers: SeriesAnswer[] }

export interface PreviewWish {
  kpi: Kpi
  window: RuleWindowId
  /** As a part of the API's query; '': everything. */
  filter: string
}

/** Typing settles before anything is asked for. */
const SETTLE_MS = 350
const REFRESH_MS = 10_000

/** What a rule would have seen until now; null: not to be asked for yet. Old values stay until new ones come. */
export function usePreview(wish: PreviewWish | null): Preview {
  const [preview, setPreview] = useState<Preview>({ kind: 'loading' })
  const kpi = wish?.kpi
  const window = wish?.window
  const filter = wish?.filter
  useEffect(() => {
    if (kpi === undefined || window === undefined || filter === undefined) return
    const gone = new AbortController()
    const load = () => ask({ kpi, window, filter }, gone.signal).then(setPreview, () => undefined)
    const first = setTimeout(load, SETTLE_MS)
    const again = setInterval(load, REFRESH_MS)
    return () => {
      clearTimeout(first)
      clearInterval(again)
      gone.abort()
    }
  }, [kpi, window, filter])
  return preview
}

async function ask(wish: PreviewWish, signal: AbortSignal): Promise<Preview> {
  const plan = previewPlan(wish.kpi, wish.window)
  const latest = await getJson<SeriesAnswer>(address(wish, plan), signal)
  if (!latest.ok) return { kind: 'problem', detail: latest.problem.detail }
  if (!plan.twice) return { kind: 'ready', plan, answers: [latest.value] }
  const to = new Date(latest.value.to - DAY_MS).toISOString()
  const earlier = await getJson<SeriesAnswer>(address(wish, plan, to), signal)
  return { kind: 'ready', plan, answers: [...(earlier.ok ? [earlier.value] : []), latest.value] }
}

function address({ kpi, filter }: PreviewWish, plan: PreviewPlan, to?: string): string {
  const query = new URLSearchParams({ window: plan.window, step: plan.step })
  if (to !== undefined) query.set('to', to)
  return `/api/v1/kpis/${kpi.id}/series?${query}${filter === '' ? '' : `&${filter}`}`
}
