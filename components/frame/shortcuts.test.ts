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

test('a letter chooses what the figures are over, unless it says where to go', () => {
  expect(press('d')).toEqual({ kind: 'period', to: 'today' })
  expect(press('D')).toEqual({ kind: 'period', to: 'today' })
  expect(press('w', { target: 'control' })).toEqual({ kind: 'period', to: '7d' })
  expect(press('d', { waiting: true })).toEqual({ kind: 'go', key: 'd' })
  expect(press('d', { modified: true })).toBeUndefined()
  expect(press('d', { target: 'text' })).toBeUndefined()
})

test('arrows go to the period before and after where nothing else has them', () => {
  expect(press('ArrowLeft')).toEqual({ kind: 'period', to: 'before' })
  expect(press('ArrowRight')).toEqual({ kind: 'period', to: 'after' })
  expect(press('ArrowLeft', { target: 'control' })).toBeUndefined()
  expect(press('ArrowLeft', { modified: true })).toBeUndefined()
})
