import { isFixed } from '../../lib/period.ts'
import { DEFAULT_WINDOW } from '../../lib/windows.ts'
import { serverNow } from '../live/store.ts'
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
    const now = serverNow()
    switch (to) {
      case 'today':
        choose(today(now))
        break
      case 'yesterday':
        choose(yesterday(now))
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
        choose((shown) => periodBefore(shown, now))
        break
      case 'after':
        choose((shown) => periodAfter(shown, now) ?? shown)
        break
      case 'compare':
        setCompare((shown) => !shown)
        break
    }
  }
  return { isFixed: isFixed(period), turn }
}
