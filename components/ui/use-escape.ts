import { useEffect, useEffectEvent } from 'react'

const ABOVE_THE_PAGE = '[role="dialog"], [role="listbox"], [role="menu"]'

/** Esc, unless something that lies over the page wants it. */
export function useEscape(act: (() => void) | undefined): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    // Not `defaultPrevented`: a tooltip that closes prevents too. Who wants Esc for itself stops it.
    if (event.key !== 'Escape') return
    if (document.querySelector(ABOVE_THE_PAGE) === null) act?.()
  })
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event)
    window.addEventListener('keydown', listener)
    return () => window.removeEventListener('keydown', listener)
  }, [])
}
