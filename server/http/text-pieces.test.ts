import fc from 'fast-check'
import { expect, it } from 'vitest'
import { csvText } from './csv.ts'
import { csvPieces, jsonPieces, PIECE_CHARS } from './text-pieces.ts'

it('pieces together are what JSON.stringify says, whatever the value', () => {
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 8 },
      fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(null), fc.constant(undefined)),
      fc.array(tie('tree')),
      fc.dictionary(fc.string(), tie('tree')),
      fc.date({ noInvalidDate: true }),
    ),
  }))
  fc.assert(
    fc.property(fc.record({ value: tree }), (value) => {
      expect([...jsonPieces(value)].join('')).toBe(JSON.stringify(value))
    }),
  )
})

it('a large answer comes in pieces of bounded length, of which each is made when it is asked for', () => {
  const points = Array.from({ length: 42_000 }, (_, t) => ({ t, value: { value: t }, open: false }))
  const pieces = [...jsonPieces({ by: { series: [{ key: 'a', points }] } })]
  expect(pieces.length).toBeGreaterThan(40)
  for (const piece of pieces) expect(piece.length).toBeLessThan(PIECE_CHARS + 1_000)
  let made = 0
  function* rows() {
    for (; made < 50_000; made++) yield [{ kind: 'number' as const, value: made }]
  }
  const lines = csvPieces({ name: 'n', columns: ['a'], rows: rows() })
  lines.next()
  expect(made).toBeLessThan(20_000)
})

it('CSV in pieces is CSV', () => {
  const file = () => ({
    name: 'n',
    columns: ['a', 'b'],
    rows: Array.from({ length: 9_000 }, (_, n) => [
      { kind: 'text' as const, text: `"${n}"` },
      { kind: 'number' as const, value: n },
    ]),
  })
  expect([...csvPieces(file())].join('')).toBe(csvText(file()))
})
