import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { REJECT_LABELS } from '../../../lib/rejection.ts'
import { decodeRecord } from './decode-record.ts'
import { parseEvent } from './parse-event.ts'

const PAGE = fileURLToPath(new URL('../../../docs/formats.md', import.meta.url))

/** The rows of the first table behind a heading: what is put, an example, what becomes of it. */
function rowsOf(heading: string): string[][] {
  const text = readFileSync(PAGE, 'utf8')
  const section = text.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  const rows = section.split('\n').filter((line) => line.startsWith('|'))
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

const BASE64 = 'base64:'

function bytesOf(cell: string): Uint8Array {
  const text = /^`(.*)`$/.exec(cell)?.[1] ?? ''
  if (text.startsWith(BASE64)) return Buffer.from(text.slice(BASE64.length), 'base64')
  return Buffer.from(text.replaceAll('⏎', '\n'))
}

/** In the page's own words: types in backticks, reasons in italics. */
function becomes(data: Uint8Array): string {
  const { items } = decodeRecord(data)
  const fates = items.map((item, at) => {
    const parsed = item.ok
      ? parseEvent(item.value, { arrivedAt: 1_700_000_000_000, fallbackId: () => `id:${at}` })
      : item
    return parsed.ok ? `\`${parsed.event.type}\`` : `_${REJECT_LABELS[parsed.rejection.reason]}_`
  })
  return fates.join(', ')
}

describe('docs/formats.md says truly', () => {
  test.each([
    ['Containers', 20],
    ['What is named and refused', 15],
  ])('what each example becomes under %s', (heading, least) => {
    const rows = rowsOf(heading)
    expect(rows.length).toBeGreaterThan(least)
    for (const [what, example = '', expected] of rows) {
      expect([what, becomes(bytesOf(example))]).toEqual([what, expected])
    }
  })

  test('each label of what is refused before there is an event in it', () => {
    const text = readFileSync(PAGE, 'utf8')
    const {
      not_an_event: _,
      bad_field: __,
      app_failed: ___,
      too_large: ____,
      ...labels
    } = REJECT_LABELS
    const missing = Object.values(labels).filter((label) => !text.includes(label))
    expect(missing).toEqual([])
  })
})
