import { expect, it } from 'vitest'
import { SKIP_WORDS, skipReason } from './demo-skips.ts'

const named = (name: string, message: string) => Object.assign(new Error(message), { name })

it.each([
  [named('ResourceNotFoundException', 'Stream clickstream not found'), 'gone'],
  ['ProvisionedThroughputExceededException', 'slow'],
  [named('LimitExceededException', 'Rate exceeded'), 'slow'],
  [Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }), 'unanswered'],
  [named('TimeoutError', 'no answer'), 'unanswered'],
  [named('AccessDeniedException', 'not allowed'), 'refused'],
  ['', 'refused'],
])('%s is no other trouble than %s', (error, reason) => {
  expect(skipReason(error)).toBe(reason)
})

it('only a stream that is slow is called so', () => {
  const slow = Object.entries(SKIP_WORDS).filter(([, words]) => words.includes('slow'))
  expect(slow.map(([reason]) => reason)).toEqual(['slow'])
})
