/** A table that is answered as a file. */
export interface CsvFile {
  /** Without an ending; ASCII. */
  name: string
  columns: readonly string[]
  rows: Iterable<readonly CsvCell[]>
}

/** `time`: epoch ms. `decimal`: an exact number as text. */
export type CsvCell =
  | { kind: 'text'; text: string }
  | { kind: 'number'; value: number | null }
  | { kind: 'decimal'; text: string | undefined }
  | { kind: 'time'; ms: number }
  | { kind: 'flag'; value: boolean }

export const CSV_TYPE = 'text/csv'

/** RFC 4180: a header, fields by commas, lines by CRLF. UTF-8 without a byte order mark. */
export function csvText({ columns, rows }: CsvFile): string {
  const lines = [columns.map(quoted).join(',')]
  for (const row of rows) lines.push(row.map(cellText).join(','))
  return `${lines.join('\r\n')}\r\n`
}

export const fileOfCsv = ({ name }: CsvFile): string => `attachment; filename="${name}.csv"`

function cellText(cell: CsvCell): string {
  switch (cell.kind) {
    case 'text':
      return quoted(harmless(cell.text))
    case 'number':
      return cell.value === null ? '' : String(cell.value)
    case 'decimal':
      return cell.text ?? ''
    case 'time':
      return new Date(cell.ms).toISOString()
    case 'flag':
      return String(cell.value)
  }
}

/** A spreadsheet takes a text that begins like this for a formula, and runs it. */
const FORMULA = /^[=+\-@\t\r]/

const harmless = (text: string): string => (FORMULA.test(text) ? `'${text}` : text)

const quoted = (text: string): string =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
