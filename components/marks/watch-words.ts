import type { MarkWatchState } from '../../lib/kpi-mark.ts'
import { MINUTE_MS } from '../../lib/time.ts'

/** What is said where nothing is marked. `waiting`: no event has come yet. */
export function watchWords(watch: MarkWatchState, waiting: boolean): string {
  if (waiting) return 'Learns what is usual once events come'
  switch (watch.kind) {
    case 'learning': {
      const minutes = Math.ceil(watch.toGoMs / MINUTE_MS)
      return minutes > 0 ? `Learning what is usual: ${minutes} min to go` : 'Learning what is usual'
    }
    case 'held':
      return 'Nothing is judged until the stream is read up to now again'
    case 'watching':
      return 'Nothing unusual in the last hour'
  }
}
