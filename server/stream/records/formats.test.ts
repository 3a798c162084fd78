import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { decodeRecord } from './decode-record.ts'
import { bytes, decoded, scanned } from './scan/log.testing.ts'

/** docs/formats.md is held to what it says: each example is read, and must become what stands beside it. */
const PAGE = readFileSync(new URL('../../../docs/formats.md', import.meta.url), 'utf8')
const [, LOG_LINES = ''] = /\n## Log lines\n(.*?)(?=\n## |$)/s.exec(PAGE) ?? []

/** The rows of every table, by their columns; what stands in backticks without them. */
function rowsOf(text: string): Record<string, string>[] {
  return [...text.matchAll(/(?:^\|.*\|\n)+/gm)].flatMap(([table]) => {
    const [columns = [], , ...rows] = table.trimEnd().split('\n').map(cellsOf)
    return rows.map((row) =>
      Object.fromEntries(columns.map((column, at) => [column, row[at] ?? ''])),
    )
  })
}

const cellsOf = (row: string): string[] =>
  row
    .slice(1, -1)
    .split('|')
    .map((cell) => /^`(.*)`$/.exec(cell.trim())?.[1] ?? cell.trim())

const read = (line: string) => decodeRecord(bytes(line))

const ROWS = rowsOf(LOG_LINES)

describe('docs/formats.md says truly', () => {
  const becoming = ROWS.filter((row) => row.becomes !== undefined)
  test.each(becoming.map((row) => [row.layout ?? row.field, row]))('what %s becomes', (_, row) => {
    const { line = '', becomes = '' } = row
    const { items, partlyRead } = read(line)
    const [request, view] = items.map((item) => (item.ok ? item.value : item.rejection))
    expect(request).toMatchObject({ type: 'request' })
    // null: the field is not there.
    const { props, ...part } = JSON.parse(becomes) as Record<string, unknown>
    const event = request as Record<string, unknown>
    for (const [field, value] of Object.entries(part)) expect(event[field] ?? null).toEqual(value)
    if (props !== undefined) expect(event.props).toMatchObject(props as object)
    if (view !== undefined) expect(view).toMatchObject({ type: 'page_view', page: event.page })
    expect(partlyRead).toBe(row['passed over'] === 'yes' ? 1 : 0)
    const [usual = ''] = ROWS.map((each) => each.line)
    const lines = bytes(`${usual}\n${line}`)
    expect(scanned(lines)?.items).toStrictEqual(decoded(lines))
  })

  const broken = ROWS.filter((row) => row.becomes === undefined)
  test.each(broken.map(({ line = '', field = '' }) => [field, line]))(
    'that the %s does not fit in %s',
    (field, line) => {
      const [item, ...more] = read(line).items
      expect(more).toEqual([])
      expect(item).toMatchObject({ ok: false, rejection: { reason: 'bad_log_line' } })
      const detail = item?.ok === false ? item.rejection.detail : ''
      expect(detail).toMatch(new RegExp(`^${field} of the log line must be .*; it is `))
    },
  )

  test('of every field of a line how it does not fit', () => {
    expect(becoming.length).toBeGreaterThan(25)
    expect(new Set(broken.map(({ field }) => field))).toEqual(
      new Set(
        'client,identity,user,time,request,status,size,referrer,agent,what follows'.split(','),
      ),
    )
  })
})
