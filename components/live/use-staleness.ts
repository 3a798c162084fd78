import { age } from '../../lib/format-time.ts'
import { useConnection, useServerNow } from './store.ts'

/** For panels: whether what they show is from before the connection was lost, and how long ago that was. */
export function useStaleness(): { stale: boolean; note: string | undefined } {
  const connection = useConnection()
  const now = useServerNow()
  const stale = connection.state === 'lost'
  return { stale, note: stale ? `as of ${age(now - connection.since)} ago` : undefined }
}
