import { keyOfMark, type MarksAnswer } from '../../lib/kpi-mark.ts'
import type { CsvCell, CsvFile } from './csv.ts'
import { csvFileName } from './kpi-csv.ts'

const text = (value: string): CsvCell => ({ kind: 'text', text: value })
const time = (ms: number | null): CsvCell => (ms === null ? text('') : { kind: 'time', ms })

/** A line for each mark; `part` says whether a key's part left what is usual, or the whole did. */
export function marksCsv(answer: MarksAnswer): CsvFile {
  function* rows(): Generator<CsvCell[]> {
    for (const mark of answer.marks) {
      const key = keyOfMark(mark)
      yield [
        time(mark.began),
        time(mark.ended),
        text(mark.ending ?? ''),
        text(mark.kpi),
        text(mark.currency ?? ''),
        text(mark.of === undefined ? 'total' : 'key'),
        text(key?.dimension ?? ''),
        text(key?.key ?? ''),
        { kind: 'number', value: mark.cause?.share ?? null },
        text(mark.direction),
        { kind: 'number', value: mark.factor },
        text(mark.text),
      ]
    }
  }
  return {
    name: csvFileName('marks', answer),
    columns: [
      ...['began', 'ended', 'ending', 'kpi', 'currency', 'part', 'dimension', 'key', 'share'],
      ...['direction', 'factor', 'text'],
    ],
    rows: rows(),
  }
}
