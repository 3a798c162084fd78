import { expect, it } from 'vitest'
import { prefersCsv } from './media.ts'

it.each([
  ['text/csv', true],
  ['Text/CSV; charset=utf-8', true],
  ['text/csv, */*', true],
  ['text/csv, */*;q=0.1', true],
  ['application/json;q=0.5, text/csv;q=0.9', true],
  ['application/json, text/csv', false],
  ['application/json, text/csv;q=0.9', false],
  ['text/csv;q=0.1, */*', false],
  ['text/csv;q=0', false],
  ['text/csv;q=lots', false],
  ['text/*', false],
  ['*/*', false],
  ['text/html,application/xhtml+xml,*/*;q=0.8', false],
  ['', false],
])('accept: %s prefers CSV: %s', (accept, csv) => {
  expect(prefersCsv(undefined, accept)).toBe(csv)
})

it('without the header it is JSON', () => {
  expect(prefersCsv(undefined)).toBe(false)
})

it('the parameter stands above the header', () => {
  expect(prefersCsv('json', 'text/csv')).toBe(false)
  expect(prefersCsv('csv', 'application/json')).toBe(true)
})
