import { expect, test } from 'vitest'
import { inHeldOrder } from './held-order.ts'

const rows = (keys: string) => Array.from(keys, (key) => ({ key }))
const keys = (list: { key: string }[]) => list.map(({ key }) => key).join('')

test('rows keep their places while held', () => {
  expect(keys(inHeldOrder(rows('cab'), ['a', 'b', 'c']))).toBe('abc')
})

test('a new row comes last, one that is gone leaves no hole', () => {
  expect(keys(inHeldOrder(rows('xca'), ['a', 'b', 'c']))).toBe('acx')
})
