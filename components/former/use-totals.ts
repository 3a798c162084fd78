import { useEffect, useState } from 'react'
import type { TotalsAnswer } from '../../lib/api.ts'
import { getJson } from '../live/http.ts'

export type FormerTotals =
  | { kind: 'asked' }
  | { kind: 'there'; totals: TotalsAnswer }
  | { kind: 'problem'; words: string }

interface Loaded {
  number: number
  totals: FormerTotals
}

/** The totals of a former stream, which do not change any more: asked for once. */
export function useFormerTotals(number: number): FormerTotals {
  const [loaded, setLoaded] = useState<Loaded>({ number, totals: { kind: 'asked' } })
  useEffect(() => {
    const gone = new AbortController()
    void getJson<TotalsAnswer>(totalsAddress(number), gone.signal)
      .then((answer): FormerTotals => {
        return answer.ok
          ? { kind: 'there', totals: answer.value }
          : { kind: 'problem', words: answer.problem.detail }
      })
      .then((totals) => setLoaded({ number, totals }))
      // Nobody waits for it any more.
      .catch(() => {})
    return () => gone.abort()
  }, [number])
  return loaded.number === number ? loaded.totals : { kind: 'asked' }
}

export const totalsAddress = (number: number): string => `/api/v1/totals?incarnation=${number}`
