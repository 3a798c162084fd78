import { expect, test } from 'vitest'
import { type Press, shortcutOf } from './shortcuts.ts'

const press = (key: string, more: Partial<Press> = {}) =>
  shortcutOf({ key, modified: false, target: 'page', waiting: false, ...more })

test('g and then a letter goes to a page', () => {
  expect(press('g')).toEqual({ kind: 'waiting' })
  expect(press('s', { waiting: true })).toEqual({ kind: 'go', key: 's' })
})

test('a letter alone goes nowhere', () => {
  expect(press('s')).toBeUndefined()
  expect(press('', { waiting: true })).toBeUndefined()
})

test('keys that are typed into a field stay there', () => {
  expect(press('?', { target: 'text' })).toBeUndefined()
  expect(press('g', { target: 'text' })).toBeUndefined()
})

test('the space bar presses a button that has the focus, and pauses otherwise', () => {
  expect(press(' ', { target: 'control' })).toBeUndefined()
  expect(press(' ')).toEqual({ kind: 'pause' })
})

test('keys with a modifier belong to the browser', () => {
  expect(press('s', { modified: true, waiting: true })).toBeUndefined()
})
