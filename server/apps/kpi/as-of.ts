import { SECOND_MS } from '../../../lib/time.ts'
import type { TimeRange } from '../../window/window-range.ts'
import type { PaneReader } from './pane-reader.ts'

/**
 * How far time has come in the figures of a view: said anew whenever they may be others, because events came or the window
 * moved on, and each second. So a page that hears nothing knows that nothing is over which it did not hear of, and one that
 * hears nothing new costs a small frame a second.
 */
export function createAsOf({ touches }: Pick<PaneReader, 'touches'>) {
  let said: { at: number; version: number; from: number } | undefined

  return (now: number, { from }: TimeRange): number => {
    const version = touches.version()
    const isSame =
      said?.version === version && said.from === from && Math.abs(now - said.at) < SECOND_MS
    if (said === undefined || !isSame) said = { at: now, version, from }
    return said.at
  }
}
