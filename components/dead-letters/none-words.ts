import { eventsRead, type Fates } from '../../lib/fates.ts'
import { counted, exact } from '../../lib/format.ts'
import type { StatusCell } from '../../lib/frames.ts'

/** Until the stream is reached the status counts nothing, whatever the store has. */
export const knownFates = (status: StatusCell | undefined): Fates | undefined =>
  status === undefined || status.incarnation === null ? undefined : status.fates

/** Why the list is empty. `fates`: undefined where they are not known. */
export function noneWords(fates: Fates | undefined): string {
  if (fates === undefined) return 'How much was read is known once the stream is reached.'
  const read = eventsRead(fates)
  if (read === 0) return 'No event has been read yet.'
  const { rejected } = fates
  return rejected === 0
    ? `None of the ${exact(read)} events read was rejected.`
    : `${counted(rejected, 'record or event', 'records and events')} of ${exact(read)} read ${rejected === 1 ? 'was' : 'were'} rejected, and none is kept any more.`
}
