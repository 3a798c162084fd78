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

export interface CsvOptions {
  bom?: boolean
}

export const CSV_TYPE = 'text/csv'

const BYTE_ORDER_MARK = '\ufeff'

/** RFC 4180: a header, fields by commas, lines by CRLF. UTF-8; `bom`: with a byte order mark, by which Excel knows it. */
export function* csvLines(
  { columns, rows }: CsvFile,
  { bom = false }: CsvOptions = {},
): Generator<string> {
  yield `${bom ? BYTE_ORDER_MARK : ''}${columns.map(quoted).join(',')}\r\n`
  for (const row of rows) yield `${row.map(cellText).join(',')}\r\n`
}

export const csvText = (file: CsvFile, options?: CsvOptions): string =>
  [...csvLines(file, options)].join('')

export const fileOfCsv = ({ name }: Pick<CsvFile, 'name'>): string =>
  `attachment; filename="${name}.csv"`

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

/** What begins a formula in a spreadsheet; the wide and small forms where Chinese or Japanese is written. */
const SIGNS = '=+\\-@＝＋－＠﹢﹣﹦﹫'
/** Blanks, what is not seen, and quotation marks: a spreadsheet may drop them before it looks. */
const DROPPED = '"\\p{White_Space}\\p{Cc}\\p{Cf}'
/**
 * Where a cell may begin: at the text's own beginning, and where another separator is expected than the comma, as Excel
 * does in half of Europe, behind one of these in its midst. Quotation marks do not help there.
 */
const SEPARATOR = '[;|\\t\\r\\n\\v\\f\\u0085\\u2028\\u2029]'
const FORMULA = new RegExp(`(^|${SEPARATOR})(?=(?:(?!${SEPARATOR})[${DROPPED}])*[${SIGNS}])`, 'gu')
const LEADING = /^[\t\r\n]/

/** A spreadsheet takes what is behind a ' for a text. */
function harmless(text: string): string {
  const safe = text.replace(FORMULA, "$1'")
  return LEADING.test(safe) ? `'${safe}` : safe
}

const quoted = (text: string): string =>
  /[",;|\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
