import { rangeBefore, type TimeRange } from '../../window/window-range.ts'
import { knownTime } from './known-time.ts'
import type { PaneReader } from './pane-reader.ts'
import type { Shown } from './shown-period.ts'

/**
 * Keeps what was computed of a fixed range, so that a page that shows one costs nothing while no event comes to it or
 * to the range before it.
 */
export function createStill<T>(reader: PaneReader) {
  const { touches } = reader
  let kept: { key: string; version: number; value: T } | undefined

  function isTouched(since: number, { from, to }: TimeRange): boolean {
    const touched = touches.since(since)
    return touched === null || touched.some((one) => one.from < to && one.to > from)
  }

  return async (
    { name, range }: Shown,
    now: number,
    compute: () => Promise<{ value: T; isWhole: boolean }>,
  ): Promise<T> => {
    const key = JSON.stringify([name, knownTime(reader, now)])
    const version = touches.version()
    const whole = { from: rangeBefore(range).from, to: range.to }
    if (kept?.key === key && !isTouched(kept.version, whole)) {
      kept.version = version
      return kept.value
    }
    kept = undefined
    const { value, isWhole } = await compute()
    if (isWhole) kept = { key, version, value }
    return value
  }
}
