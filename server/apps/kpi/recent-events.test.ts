import { expect, test } from 'vitest'
import type { StreamEvent } from '../../../lib/event.ts'
import { placeOf, ScannedEvent } from '../../../lib/scanned-event.ts'
import { createRecentEvents } from './recent-events.ts'

test('what is kept of an event holds on to no record', () => {
  const bytes = new TextEncoder().encode('"v-1"')
  const scanned = new ScannedEvent(bytes, [])
  Object.assign(scanned, { lateId: 'id', lateVisitor: placeOf(1, 3), props: { plan: 'pro' } })
  const at = {
    shardId: 's',
    sequenceNumber: '1',
    index: 0,
    arrivedAt: 1_000,
    late: false,
    beyond: false,
  }
  const recent = createRecentEvents()
  recent.stage([{ ...at, event: scanned as unknown as StreamEvent }])
  recent.seal()
  bytes.fill(0x78)
  const kept = recent.at(1)?.event
  expect(kept).not.toBeInstanceOf(ScannedEvent)
  expect(kept).toMatchObject({ id: 'id', visitor: 'v-1', props: { plan: 'pro' } })
})
