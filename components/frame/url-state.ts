import { usePathname, useSearchParams } from 'next/navigation'
import { useCallback } from 'react'
import { DEFAULT_WINDOW, WINDOW_IDS, type WindowId } from '../../lib/windows.ts'

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
      const query = next.toString()
      // Not the router: nothing of the page has to come from the server for this.
      window.history.pushState(null, '', query === '' ? pathname : `${pathname}?${query}`)
    },
    [pathname],
  )
  return [params, change]
}

export const windowOf = (params: URLSearchParams): WindowId =>
  WINDOW_IDS.find((id) => id === params.get('window')) ?? DEFAULT_WINDOW

/** The window that is chosen for the page: `?window=5m`. */
export function useWindowChoice(): [WindowId, (id: WindowId) => void] {
  const [params, change] = useUrlState()
  const choose = useCallback(
    (id: WindowId) => change({ window: id === DEFAULT_WINDOW ? null : id }),
    [change],
  )
  return [windowOf(params), choose]
}
