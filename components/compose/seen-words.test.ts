import { expect, test } from 'vitest'
import type { FilterMatch, SeenCell } from '../../lib/frames.ts'
import { conditionOn } from './events-draft.ts'
import { allTogetherHint, conditionHint, matchText, typeHint } from './seen-words.ts'

const seen: SeenCell = {
  events: 1_024,
  asked: 640,
  types: [
    { type: 'page_view', events: 640 },
    { type: 'tap', events: 384 },
  ],
  fields: [
    {
      field: 'device',
      events: 640,
      values: [
        { text: 'desktop', events: 400 },
        { text: 'mobile', events: 240 },
      ],
    },
  ],
  matches: [],
}
const match = (part: Partial<FilterMatch>): FilterMatch => ({
  ofType: 640,
  matching: 0,
  conditions: [],
  samples: [],
  ...part,
})
const device = (key: number, ...texts: string[]) => ({ ...conditionOn(key, 'device'), texts })
const draft = (...conditions: ReturnType<typeof device>[]) => ({ type: 'page_view', conditions })

test('how many match is said with what they are counted among', () => {
  expect(matchText(match({ matching: 312 }), 'page_view')).toBe(
    '312 of 640 recent page_view events match',
  )
  expect(matchText(match({ ofType: 1_024 }), '')).toBe('0 of 1,024 recent events match')
})

test('a type that no event has names those that there are', () => {
  const mistyped = { type: 'pageview', conditions: [] }
  expect(typeHint(mistyped, match({ ofType: 0 }), seen)).toEqual({
    text: 'None of the newest 1,024 events is of the type pageview. There are:',
    instead: ['page_view', 'tap'],
  })
  expect(typeHint(mistyped, match({ ofType: 0 }), { ...seen, events: 0 })).toBeUndefined()
  expect(typeHint(draft(), match({}), seen)).toBeUndefined()
})

test('a condition that nothing meets names the values that occur', () => {
  expect(conditionHint(draft(device(1, 'moblie')), 0, match({ conditions: [0] }), seen)).toEqual({
    text: 'None of the 640 recent page_view events meets this. There are:',
    instead: ['desktop', 'mobile'],
  })
})

test('a field that no event has is said to be missing', () => {
  const plan = { ...conditionOn(1, 'props.plan'), texts: ['pro'] }
  expect(conditionHint(draft(plan), 0, match({ conditions: [0] }), seen)?.text).toBe(
    'None of the 640 recent page_view events has a props.plan.',
  )
})

test('an unfinished condition has no hint, and those behind it keep theirs', () => {
  const both = draft(device(1), device(2, 'moblie'))
  const measured = match({ conditions: [0] })
  expect(conditionHint(both, 0, measured, seen)).toBeUndefined()
  expect(conditionHint(both, 1, measured, seen)?.instead).toEqual(['desktop', 'mobile'])
})

test('conditions that are met one by one and never together are told so', () => {
  expect(allTogetherHint(match({ conditions: [240, 12] }))).toMatch(/no event meets all/)
  expect(allTogetherHint(match({ conditions: [240, 0] }))).toBeUndefined()
  expect(allTogetherHint(match({ matching: 1, conditions: [240, 12] }))).toBeUndefined()
})
