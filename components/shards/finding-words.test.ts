import { expect, test } from 'vitest'
import type { AuditFinding } from '../../lib/frames.ts'
import { keyShare, orderFindings } from './finding-words.ts'

test('lost records come before a hole, and the oldest of a kind first', () => {
  const plain = { text: '', shards: [] }
  const hole = { ...plain, kind: 'hole', hashFrom: '0', hashTo: '1' } as const
  const findings: AuditFinding[] = [
    { ...plain, kind: 'unknown', since: 1 },
    { ...hole, since: 3 },
    { ...hole, since: 2 },
    { ...plain, kind: 'trimmed', since: 9 },
  ]
  expect(orderFindings(findings).map(({ kind, since }) => `${kind} ${since}`)).toEqual([
    'trimmed 9',
    'hole 2',
    'hole 3',
    'unknown 1',
  ])
})

test('the share of a range of keys counts both of its ends', () => {
  const last = 2n ** 128n - 1n
  expect(keyShare('0', String(last))).toBe(1)
  expect(keyShare('0', String(last / 2n))).toBe(0.5)
  expect(keyShare(String(last / 4n + 1n), String(last / 2n))).toBe(0.25)
})
