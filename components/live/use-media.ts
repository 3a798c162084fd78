import { useCallback, useSyncExternalStore } from 'react'

/** Whether the media query holds; false while rendering on the server. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    useCallback(
      (listener) => {
        const list = window.matchMedia(query)
        list.addEventListener('change', listener)
        return () => list.removeEventListener('change', listener)
      },
      [query],
    ),
    () => window.matchMedia(query).matches,
    () => false,
  )
}

/** As narrow as a phone: tables turn into lists. */
export const usePhone = (): boolean => useMedia('(max-width: 639px)')
