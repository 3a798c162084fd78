import { expect, test } from 'vitest'
import { parseCombinedLine } from './replay-combined.ts'

const LINE =
  '192.0.2.7 - ann [03/Feb/2026:09:08:07 -0130] "GET /tents HTTP/1.1" 200 5120 "-" "Mozilla/5.0"'

function idsOf(text: string, number: number) {
  const parsed = parseCombinedLine(text, number)
  return parsed.kind === 'events' ? parsed.events.map(({ event }) => event.id as string) : []
}

test('ids are the same when a file is replayed again', () => {
  expect(idsOf(LINE, 12)).toHaveLength(2)
  expect(idsOf(LINE, 12)).toEqual(idsOf(LINE, 12))
})

test('ids differ between equal lines of a file, and between the events of a line', () => {
  const ids = [...idsOf(LINE, 12), ...idsOf(LINE, 13)]
  expect(new Set(ids).size).toBe(4)
})

test('a line goes where the others of its visitor go, at its own time', () => {
  const at = Date.UTC(2026, 1, 3, 10, 38, 7)
  expect(parseCombinedLine(LINE, 1)).toMatchObject({
    kind: 'events',
    events: [{ at }, { at }],
    partitionKey: '192.0.2.7',
  })
})

test('a blank line is not a skipped one', () => {
  expect(parseCombinedLine('  ', 1)).toEqual({ kind: 'blank' })
  expect(parseCombinedLine('hello', 1).kind).toBe('skipped')
})
