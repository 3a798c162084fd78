import { useEffect, useState } from 'react'
import type { DefinedKpi, DefinedKpisAnswer, Problem } from '../../lib/api.ts'
import { useCatalog } from '../live/catalog.ts'
import { getJson } from '../live/http.ts'

export type DefinedKpis =
  | { kind: 'loading' }
  | { kind: 'problem'; problem: Problem }
  | { kind: 'there'; kpis: readonly DefinedKpi[] }

/** Every KPI with where it comes from; asked for again when the catalog becomes another one, or by `again`. */
export function useDefinedKpis(): [DefinedKpis, () => void] {
  const catalog = useCatalog()
  const [turn, setTurn] = useState(0)
  const [found, setFound] = useState<DefinedKpis>({ kind: 'loading' })
  // biome-ignore lint/correctness/useExhaustiveDependencies: another catalog or turn is the reason to ask
  useEffect(() => {
    const gone = new AbortController()
    getJson<DefinedKpisAnswer>('/api/v1/kpi-definitions', gone.signal).then(
      (answer) =>
        setFound(
          answer.ok
            ? { kind: 'there', kpis: answer.value.kpis }
            : { kind: 'problem', problem: answer.problem },
        ),
      () => undefined,
    )
    return () => gone.abort()
  }, [catalog, turn])
  return [found, () => setTurn((before) => before + 1)]
}
