import { usePathname, useSearchParams } from 'next/navigation'
import { useCallback, useEffect, useMemo } from 'react'
import type { Period } from '../../lib/period.ts'
import { forgetWaiting } from '../live/at-server-time.ts'
import { browserNow } from '../live/clock.ts'
import { createAddressAhead } from './address-ahead.ts'
import {
  comparePatch,
  incarnationPatch,
  periodPatch,
  readCompare,
  readIncarnation,
  readPeriod,
} from './period-state.ts'

/** What of the address is another; null takes a name away. */
export type UrlPatch = Readonly<Record<string, string | null>>

/** A value; or how it follows from what the address says now: what is on the page may be behind that by a click. */
type Next<T> = T | ((now: T) => T)

const nextOf = <T extends string | object | boolean>(next: Next<T>, now: T): T =>
  typeof next === 'function' ? (next as (now: T) => T)(now) : next

/** Of the whole page: there is one address. */
const ahead = createAddressAhead()
if (typeof window !== 'undefined') {
  window.addEventListener('popstate', ahead.left)
  // A link may lead to another query of the same page.
  window.addEventListener('click', ({ target }) => isInLink(target) && ahead.left(), true)
}

function isInLink(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('a[href]') !== null
}

/** What the address says and how to change it. Back and forward work as one expects. */
export function useUrlState(): [
  URLSearchParams,
  (patch: UrlPatch | ((now: URLSearchParams) => UrlPatch)) => void,
] {
  const pathname = usePathname()
  const params = useSearchParams()
  const change = useCallback(
    (patch: UrlPatch | ((now: URLSearchParams) => UrlPatch)) => {
      const now = new URLSearchParams(ahead.query(window.location.search, browserNow()))
      const next = new URLSearchParams(now)
      const said = typeof patch === 'function' ? patch(now) : patch
      for (const [name, value] of Object.entries(said)) {
        if (value === null) next.delete(name)
        else next.set(name, value)
      }
      if (next.toString() === now.toString()) return
      // In a query a colon may stand as it is (RFC 3986, 3.4), and times are easier to read with it.
      const query = next.toString().replaceAll('%3A', ':')
      ahead.changed(next.toString(), browserNow())
      // Not the router: nothing of the page has to come from the server for this.
      window.history.pushState(null, '', query === '' ? pathname : `${pathname}?${query}`)
    },
    [pathname],
  )
  // What waits, and what was said, was meant for the page before.
  useEffect(() => leave(pathname), [pathname])
  return [params, change]
}

let page: string | undefined
function leave(pathname: string): void {
  if (page !== undefined && page !== pathname) {
    ahead.left()
    forgetWaiting()
  }
  page = pathname
}

/** What the figures of the page are over: `?window=5m`, or `?from=…&to=…`. */
export function usePeriod(): [Period, (next: Next<Period>) => void] {
  const [params, change] = useUrlState()
  const said = ['window', 'from', 'to'].map((name) => params.get(name)).join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same words mean the same period
  const period = useMemo(() => readPeriod(params), [said])
  const choose = useCallback(
    (next: Next<Period>) => change((now) => periodPatch(nextOf(next, readPeriod(now)))),
    [change],
  )
  return [period, choose]
}

/** Which stream of its name the page shows: a former one, of a fixed range; undefined: the one that is read. */
export function useIncarnation(): [number | undefined, (next: number | undefined) => void] {
  const [params, change] = useUrlState()
  const choose = useCallback((next: number | undefined) => change(incarnationPatch(next)), [change])
  return [readIncarnation(params), choose]
}

/** Whether figures are shown against those of the period before. */
export function useCompare(): [boolean, (next: Next<boolean>) => void] {
  const [params, change] = useUrlState()
  const choose = useCallback(
    (next: Next<boolean>) => change((now) => comparePatch(nextOf(next, readCompare(now)))),
    [change],
  )
  return [readCompare(params), choose]
}
