import { expect, test } from 'vitest'
import type { KpiMark } from '../../lib/kpi-mark.ts'
import { createPastMarks, within, withPast } from './past-marks.ts'

const mark = (id: string, began: number, change: Partial<KpiMark> = {}): KpiMark => ({
  ...{ id, kpi: 'ctr', direction: 'up', factor: 2, began, ended: began + 1, ending: 'back' },
  ...{ text: id, ...change },
})

test('the store is asked for the range, and not again before half a minute is over', async () => {
  const asked: unknown[] = []
  const past = createPastMarks({
    async between(range) {
      asked.push(range)
      return [mark(`m${asked.length}`, 5)]
    },
  })
  const range = { from: 0, to: 10 }
  expect(await past(range, 1_000)).toEqual(await past(range, 30_999))
  expect(asked).toEqual([{ ...range, limit: 100 }])
  expect((await past(range, 31_000)).map(({ id }) => id)).toEqual(['m2'])
})

test('a mark that is in memory, too, is as it is there, and the newest is first', () => {
  const lasting = mark('b', 20, { ended: null })
  expect(withPast([lasting], [mark('c', 30), mark('b', 20), mark('a', 10)])).toEqual([
    mark('c', 30),
    lasting,
    mark('a', 10),
  ])
})

test('of a range of the past only what lasted in it is told, not what went wrong since', () => {
  const marks = [
    mark('today', 900, { ended: null }),
    mark('across its end', 190, { ended: 300 }),
    mark('in it', 150),
    mark('until it begins', 90, { ended: 100 }),
  ]
  const told = within(marks, { from: 100, to: 200 }).map(({ id }) => id)
  expect(told).toEqual(['across its end', 'in it'])
})
