import { expect, test } from 'vitest'
import type { StreamEvent } from '../../lib/event.ts'
import { BUILT_IN } from '../../lib/kpi-catalog.ts'
import { plainEvent, ScannedEvent } from '../../lib/scanned-event.ts'
import { createMeasureSet, newMeasured } from './measures.ts'

test('a scanned event is measured by the type that its number means, also when the pool is another one', () => {
  const measures = createMeasureSet(BUILT_IN.kpis)
  const [scanned, plain] = [newMeasured(), newMeasured()]
  const counts: number[][] = []
  for (const texts of [
    ['', 'page_view', 'ad_click'],
    ['', 'ad_click', 'page_view'],
  ]) {
    for (const type of [1, 2]) {
      const made = new ScannedEvent(new Uint8Array(), texts)
      made.pooledType = type
      const event = made as unknown as StreamEvent
      measures.measure(event, scanned)
      measures.measure(plainEvent(event), plain)
      expect(scanned).toEqual(plain)
      counts.push(scanned.columns.counts.slice(0, scanned.size.counts))
    }
  }
  expect(counts[0]).not.toEqual(counts[1])
  expect(counts.slice(2)).toEqual([counts[1], counts[0]])
})
