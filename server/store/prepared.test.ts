import type { SqliteStatement } from 'kysely'
import { expect, test } from 'vitest'
import { preparedOnce } from './prepared.ts'

function countingConnection() {
  const prepared: string[] = []
  const answers = { fail: false }
  const statement: SqliteStatement = {
    reader: true,
    all: () => {
      if (answers.fail) throw new Error('database is locked')
      return []
    },
    run: () => ({ changes: 0, lastInsertRowid: 0 }),
    iterate: () => [][Symbol.iterator](),
  }
  const of = preparedOnce((text) => {
    prepared.push(text)
    return statement
  })
  return { of, prepared, answers }
}

test('a statement is prepared once, however often it is used', () => {
  const { of, prepared } = countingConnection()
  for (let n = 0; n < 3; n++) of('select 1').all([])
  expect(prepared).toEqual(['select 1'])
})

test('a statement that failed is prepared anew', () => {
  const { of, prepared, answers } = countingConnection()
  answers.fail = true
  expect(() => of('select 1').all([])).toThrow('locked')
  answers.fail = false
  of('select 1').all([])
  expect(prepared).toEqual(['select 1', 'select 1'])
})

test('the longest unused leave first', () => {
  const { of, prepared } = countingConnection()
  of('often')
  for (let n = 0; n < 1_000; n++) {
    of(`once ${n}`)
    of('often')
  }
  of('once 0')
  expect(prepared.filter((text) => text === 'often')).toHaveLength(1)
  expect(prepared.filter((text) => text === 'once 0')).toHaveLength(2)
})
