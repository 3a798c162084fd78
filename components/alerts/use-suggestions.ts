import { useEffect, useState } from 'react'
import type { KpisAnswer } from '../../lib/api.ts'
import { type Dimension, OTHER_KEY } from '../../lib/kpis.ts'
import { getJson } from '../live/http.ts'

const NONE: readonly string[] = []

/** The keys a dimension has had in the last 24 hours, the largest first; empty until they come. */
export function useSuggestions(dimension: Dimension | 'all'): readonly string[] {
  const [found, setFound] = useState<{ dimension: string; keys: readonly string[] } | null>(null)
  useEffect(() => {
    if (dimension === 'all') return
    const gone = new AbortController()
    getJson<KpisAnswer>(`/api/v1/kpis?window=24h&by=${dimension}&limit=100`, gone.signal).then(
      (answer) => {
        if (!answer.ok) return
        const rows = answer.value.by?.rows ?? []
        const keys = rows.map(({ key }) => key).filter((key) => key !== OTHER_KEY)
        setFound({ dimension, keys })
      },
      () => undefined,
    )
    return () => gone.abort()
  }, [dimension])
  return found?.dimension === dimension ? found.keys : NONE
}
