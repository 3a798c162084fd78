import { isFixed } from '../../lib/period.ts'
import { DEFAULT_WINDOW } from '../../lib/windows.ts'
import { atServerTime, forgetWaiting } from '../live/at-server-time.ts'
import { periodAfter, periodBefore, today, yesterday } from './period-moves.ts'
import type { PeriodKey } from './shortcuts.ts'
import { useCompare, usePeriod } from './url-state.ts'

/** What the period's keys do. `onCustom`: a range is to be typed. */
export function usePeriodKeys(onCustom: () => void): {
  isFixed: boolean
  turn: (to: PeriodKey) => void
} {
  const [period, choose] = usePeriod()
  const [, setCompare] = useCompare()

  function turn(to: PeriodKey): void {
    // An arrow goes on from what is to come; all else stands for itself.
    if (to !== 'before' && to !== 'after' && to !== 'compare') forgetWaiting()
    switch (to) {
      case 'today':
        atServerTime((now) => choose(today(now)))
        break
      case 'yesterday':
        atServerTime((now) => choose(yesterday(now)))
        break
      case '7d':
      case '30d':
        choose(to)
        break
      case 'custom':
        onCustom()
        break
      case 'live':
        choose(DEFAULT_WINDOW)
        break
      case 'before':
        atServerTime((now) => choose((shown) => periodBefore(shown, now)))
        break
      case 'after':
        atServerTime((now) => choose((shown) => periodAfter(shown, now) ?? shown))
        break
      case 'compare':
        setCompare((shown) => !shown)
        break
    }
  }
  return { isFixed: isFixed(period), turn }
}
