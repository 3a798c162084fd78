import { plainEvent } from '../../../lib/scanned-event.ts'
import type { DeadLetter } from '../commit/commit.ts'
import { KEPT_BYTES } from '../records/ingest.ts'
import { jsonText } from '../records/json-text.ts'
import type { AppliedEvent } from '../stream-app.ts'

/** What is kept of an event that `app` cannot take in: the event, as the apps see it. */
export function poisonLetter(app: string, applied: AppliedEvent, problem: string): DeadLetter {
  const { shardId, sequenceNumber, index, arrivedAt } = applied
  const event = plainEvent(applied.event)
  const text = new TextEncoder().encode(jsonText(event) ?? event.id)
  return {
    app,
    reason: 'app_failed',
    detail: `${app}: ${problem}`,
    shardId,
    sequenceNumber,
    index,
    arrivedAt,
    data: text.slice(0, KEPT_BYTES),
    bytes: text.length,
  }
}
