import { usePathname, useSearchParams } from 'next/navigation'
import { useCallback, useMemo } from 'react'
import type { Period } from '../../lib/period.ts'
import { comparePatch, periodPatch, readCompare, readPeriod } from './period-state.ts'

/** What the address says and how to change it; null takes a name away. Back and forward work as one expects. */
export function useUrlState(): [
  URLSearchParams,
  (patch: Readonly<Record<string, string | null>>) => void,
] {
  const pathname = usePathname()
  const params = useSearchParams()
  const change = useCallback(
    (patch: Readonly<Record<string, string | null>>) => {
      const next = new URLSearchParams(window.location.search)
      for (const [name, value] of Object.entries(patch)) {
        if (value === null) next.delete(name)
        else next.set(name, value)
      }
      // In a query a colon may stand as it is (RFC 3986, 3.4), and times are easier to read with it.
      const query = next.toString().replaceAll('%3A', ':')
      // Not the router: nothing of the page has to come from the server for this.
      window.history.pushState(null, '', query === '' ? pathname : `${pathname}?${query}`)
    },
    [pathname],
  )
  return [params, change]
}

/** What the figures of the page are over: `?window=5m`, or `?from=…&to=…`. */
export function usePeriod(): [Period, (period: Period) => void] {
  const [params, change] = useUrlState()
  const said = ['window', 'from', 'to'].map((name) => params.get(name)).join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same words mean the same period
  const period = useMemo(() => readPeriod(params), [said])
  const choose = useCallback((next: Period) => change(periodPatch(next)), [change])
  return [period, choose]
}

/** Whether figures are shown against those of the period before. */
export function useCompare(): [boolean, (compare: boolean) => void] {
  const [params, change] = useUrlState()
  const choose = useCallback((compare: boolean) => change(comparePatch(compare)), [change])
  return [readCompare(params), choose]
}
