import { expect, test } from 'vitest'
import { barPart } from './bar-part.ts'

test('a bar is a part of the longest one, and none is shorter than nothing', () => {
  expect(barPart(5, 10)).toBe(0.5)
  expect(barPart(-5, 10)).toBe(0)
  expect(barPart(-5, -5)).toBe(0)
  expect(barPart(null, 10)).toBe(0)
})
