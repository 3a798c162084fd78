import { expect, test } from 'vitest'
import type { StreamEvent } from './event.ts'
import { fromOf, lengthOf, placeOf, plainEvent, ScannedEvent } from './scanned-event.ts'
import { epochMs } from './time.ts'

test.each([
  [0, 0],
  [0, 2_047],
  [1_048_575, 2_047],
  [1_048_575, 1],
])(
  'the place of a text that begins at %i and is %i long is a small whole number',
  (from, length) => {
    const place = placeOf(from, length) as number
    expect(place | 0).toBe(place)
    expect([fromOf(place), lengthOf(place)]).toEqual([from, length])
  },
)

test('a text that is longer has none', () => {
  expect(placeOf(7, 2_048)).toBeUndefined()
})

test('a copy has the texts whose places or numbers were kept, and is not changed with the record', () => {
  const bytes = new TextEncoder().encode('"ab","visitor"')
  const event = new ScannedEvent(bytes, ['', 'page_view', '/a'])
  Object.assign(event, { pooledType: 1, pooledPage: 2, pooledTitle: 'of its own' })
  Object.assign(event, { time: epochMs(7), lateSession: 'größe' })
  event.lateId = placeOf(1, 2)
  event.lateVisitor = placeOf(6, 7)
  const copy = plainEvent(event as unknown as StreamEvent)
  bytes.fill(0x78)
  expect(event.visitor).toBe('xxxxxxx')
  expect(JSON.parse(JSON.stringify(copy))).toEqual({
    ...{ id: 'ab', type: 'page_view', time: 7, currency: 'USD' },
    ...{ visitor: 'visitor', session: 'größe', page: '/a', title: 'of its own' },
  })
  expect(plainEvent(copy)).toBe(copy)
})
