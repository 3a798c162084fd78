import { expect, test } from 'vitest'
import { noFates } from '../../lib/fates.ts'
import { DAY_MS, HOUR_MS } from '../../lib/time.ts'
import { beyondRemedy, beyondWords, isBeyondNews } from './beyond-words.ts'

const UTC = { timeZone: 'UTC' }
const NOW = Date.UTC(2026, 10, 30)
const facts = (beyond: number, hoursMs = 400 * DAY_MS) => ({
  fates: { ...noFates(), applied: 2_000, beyond },
  kept: { secondsMs: HOUR_MS, minutesMs: DAY_MS, hoursMs, from: NOW - hoursMs },
  beyond: { oldestAt: Date.UTC(2021, 0, 12, 5), lastAt: NOW - HOUR_MS },
})

test('events beyond history are said with their number, the reason and the oldest day', () => {
  expect(beyondWords(facts(1_204), UTC)).toBe(
    '1,204 events are older than the 400 days that Kinesight keeps, so no window shows them; the oldest is of 12 Jan 2021.',
  )
  expect(beyondWords(facts(1, 36 * HOUR_MS), UTC)).toBe(
    '1 event is older than the 1 d 12 h that Kinesight keeps, so no window shows it; it is of 12 Jan 2021.',
  )
})

test('what to do for one event is said of one', () => {
  expect(beyondRemedy(facts(1))).toEqual({
    toSee: 'It is in the totals. To see an event like it',
    mend: 'mend its',
  })
  expect(beyondRemedy(facts(2))).toEqual({
    toSee: 'They are in the totals. To see events like these',
    mend: 'mend their',
  })
})

test('they are news for a day after the last of them came, and where there are none there is none', () => {
  expect(isBeyondNews(facts(1), NOW)).toBe(true)
  expect(isBeyondNews(facts(1), NOW + DAY_MS)).toBe(false)
  expect(isBeyondNews({ ...facts(0), beyond: null }, NOW)).toBe(false)
})
