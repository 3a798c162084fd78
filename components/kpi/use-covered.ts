import { WINDOWS, type WindowId } from '../../lib/windows.ts'
import { useCell } from '../live/store.ts'

/** Over how much time rates are taken, ms: the window, or of a young stream as much as there is. */
export function useCovered(window: WindowId): number {
  const chart = useCell('chart')
  return chart?.window === window ? chart.coveredMs : WINDOWS[window].spanMs
}
