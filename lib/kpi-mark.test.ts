import { expect, test } from 'vitest'
import { type KpiMark, markParts, markWords } from './kpi-mark.ts'

const mark: KpiMark = {
  ...{
    id: 'm',
    kpi: 'visitors',
    direction: 'down',
    factor: 0.7,
    began: 0,
    ended: null,
    ending: null,
  },
  text: '',
}

test('the keys in a mark are apart from its words', () => {
  const of = { dimension: 'account', key: 'a' } as const
  const cause = { dimension: 'country', key: 'FR\u202e', share: 1 } as const
  const text = 'Visitors of account a 27 % below usual: 100 % from country FR\u202e'
  expect(markParts({ ...mark, text, of, cause })).toEqual([
    { words: 'Visitors of account ', key: 'a' },
    { words: ' 27 % below usual: 100 % from country ', key: 'FR\u202e' },
    { words: '' },
  ])
  expect(markWords({ ...mark, text, of, cause })).toBe(
    'Visitors of account a 27 % below usual: 100 % from country FR[U+202E]',
  )
})

test('one without a key, or whose text names another, is whole', () => {
  expect(markWords({ ...mark, text: 'CTR stopped' })).toBe('CTR stopped')
  const cause = { dimension: 'country', key: 'FR', share: 1 } as const
  expect(markWords({ ...mark, text: 'CTR stopped', cause })).toBe('CTR stopped')
})
