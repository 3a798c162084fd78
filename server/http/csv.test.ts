import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseCsv } from './csv.testing.ts'
import { type CsvCell, csvText, fileOfCsv } from './csv.ts'

const lineOf = (...cells: CsvCell[]): string =>
  csvText({ name: 'x', columns: ['a'], rows: [cells] }).slice('a\r\n'.length)

const text = (value: string): CsvCell => ({ kind: 'text', text: value })

const SEPARATORS = [';', '|', '\t', '\r', '\n']
const SIGNS = ['=', '+', '-', '@', '＝', '＋', '－', '＠']

const BEGINS_A_FORMULA = /(^|[;|\t\r\n])["\s\u200b]*[=+\-@＝＋－＠]/

/** Without any ': where one was put is another question than whether the text is whole. */
const unguarded = (value: string) => value.replaceAll("'", '')

describe('CSV', () => {
  it("any texts are read back, but for a ' before what looks like a formula", () => {
    const cell = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({
        unit: fc.constantFrom('"', ',', '\r', '\n', '=', '+', '-', '@', '\t', 'a', "'"),
      }),
    )
    const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 6 })
    fc.assert(
      fc.property(rows, (table) => {
        const written = csvText({
          name: 'x',
          columns: ['a', 'b'],
          rows: table.map((row) => row.map(text)),
        })
        const [header, ...read] = parseCsv(written)
        expect(header).toEqual(['a', 'b'])
        expect(read.map((row) => row.map(unguarded))).toEqual(
          table.map((row) => row.map(unguarded)),
        )
      }),
    )
  })

  it('no cell of any text begins as a formula does, whichever separator a spreadsheet expects', () => {
    const piece = fc.constantFrom(
      ...SEPARATORS,
      ...SIGNS,
      '"',
      "'",
      ' ',
      '\u3000',
      '\u200b',
      ',',
      'a',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const [[, cell = ''] = []] = parseCsv(lineOf(text('x'), text(pieces.join(''))))
        expect(cell).not.toMatch(BEGINS_A_FORMULA)
      }),
    )
  })

  it.each([
    ['＝1+1', "'＝1+1"],
    ['＠SUM(A1)', "'＠SUM(A1)"],
    ['\n=1', '"\'\n\'=1"'],
    ['\tx', '"\'\tx"'],
    ['\nx', '"\'\nx"'],
    ['  =1', "'  =1"],
    ['\u202e=1', "'\u202e=1"],
    ['a;=1', '"a;\'=1"'],
    ['a; "=1', '"a;\' ""=1"'],
    ['a\t+1', '"a\t\'+1"'],
    ['a|@x', '"a|\'@x"'],
    ['a\r\n-1', '"a\r\n\'-1"'],
    ['a=1;b=2', '"a=1;b=2"'],
  ])('%j is written %s: a spreadsheet runs nothing of it', (key, written) => {
    expect(lineOf(text(key))).toBe(`${written}\r\n`)
  })

  it('begins with a byte order mark where one is asked for', () => {
    expect(csvText({ name: 'x', columns: ['a'], rows: [] }, { bom: true })).toBe('\ufeffa\r\n')
  })

  it('begins with no byte order mark and ends every line in CRLF, the last one too', () => {
    expect(csvText({ name: 'x', columns: ['a', 'b'], rows: [] })).toBe('a,b\r\n')
  })

  it.each(['=1+1', '+1', '-1', '@SUM(A1)'])('a spreadsheet runs no formula: %j', (key) => {
    expect(lineOf(text(key))).toBe(`'${key}\r\n`)
  })

  it('a number is never protected: -3 stays a number', () => {
    expect(lineOf({ kind: 'number', value: -3.5 }, { kind: 'decimal', text: '-0.000001' })).toBe(
      '-3.5,-0.000001\r\n',
    )
  })

  it('what has no value is an empty cell', () => {
    expect(lineOf({ kind: 'number', value: null }, { kind: 'decimal', text: undefined })).toBe(
      ',\r\n',
    )
  })

  it('times are RFC 3339 in UTC, flags are words', () => {
    expect(lineOf({ kind: 'time', ms: 0 }, { kind: 'flag', value: true })).toBe(
      '1970-01-01T00:00:00.000Z,true\r\n',
    )
  })

  it('is saved under its name', () => {
    expect(fileOfCsv({ name: 'kinesight-kpis' })).toBe('attachment; filename="kinesight-kpis.csv"')
  })
})
