import { useRouter } from 'next/navigation'
import { useEffect, useEffectEvent, useRef } from 'react'
import { periodQuery } from './period-state.ts'
import { PLACES, type Place } from './places.ts'
import { type PeriodKey, type Press, shortcutOf } from './shortcuts.ts'

/** How long "g" waits for its second key. */
const WAIT_MS = 1_200

export function useShortcuts(does: {
  help: () => void
  pause: (() => void) | undefined
  period: ((to: PeriodKey) => void) | undefined
}): void {
  const router = useRouter()
  const waitingUntil = useRef(0)
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || document.querySelector('[role="dialog"]') !== null) return
    const shortcut = shortcutOf({
      key: event.key,
      modified: event.altKey || event.ctrlKey || event.metaKey,
      target: targetOf(event.target),
      waiting: event.timeStamp < waitingUntil.current,
    })
    waitingUntil.current = shortcut?.kind === 'waiting' ? event.timeStamp + WAIT_MS : 0
    switch (shortcut?.kind) {
      case undefined:
        return
      case 'help':
        does.help()
        break
      case 'pause':
        if (does.pause === undefined) return
        does.pause()
        break
      case 'period':
        if (does.period === undefined) return
        does.period(shortcut.to)
        break
      case 'go': {
        const place = PLACES.find(({ key }) => key === shortcut.key)
        if (place !== undefined) router.push(`${place.href}${queryFor(place)}`)
        break
      }
      case 'waiting':
        break
    }
    event.preventDefault()
  })
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event)
    window.addEventListener('keydown', listener)
    return () => window.removeEventListener('keydown', listener)
  }, [])
}

/** The period goes along. */
const queryFor = ({ windowed }: Place): string =>
  windowed ? periodQuery(new URLSearchParams(window.location.search)) : ''

const TEXT = 'input, textarea, select, [contenteditable="true"]'
const CONTROL = 'button, a, [role="button"], [role="option"], [role="menuitem"], [tabindex]'

function targetOf(target: EventTarget | null): Press['target'] {
  if (!(target instanceof Element)) return 'page'
  if (target.closest(TEXT) !== null) return 'text'
  return target.closest(CONTROL) === null ? 'page' : 'control'
}
