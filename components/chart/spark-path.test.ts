import { expect, test } from 'vitest'
import type { Point } from '../../lib/frames.ts'
import { sparkPaths } from './spark-path.ts'

const shape = { column: 1, width: 100, height: 23 }

test('the largest value touches the top, 0 the bottom', () => {
  const points: Point[] = [
    [0, 0],
    [10, 5],
    [20, 10],
  ]
  expect(sparkPaths(points, shape).line).toBe('M0 21.5L50 11.5L100 1.5')
})

test('a missing value parts the line', () => {
  const points: Point[] = [
    [0, 1],
    [10, 1],
    [20, null],
    [30, 1],
    [40, 1],
  ]
  expect(sparkPaths(points, shape).line.split('M').length - 1).toBe(2)
})

test('values that are still coming in are left out', () => {
  const points: Point[] = [
    [0, 2],
    [10, 2],
    [20, 99],
  ]
  expect(sparkPaths(points, { ...shape, openFrom: 20 }).line).toBe('M0 1.5L100 1.5')
})

test('nothing measured draws nothing', () => {
  expect(sparkPaths([], shape)).toEqual({ line: '', area: '' })
  expect(sparkPaths([[0, null]], shape)).toEqual({ line: '', area: '' })
})

test('what is below 0 lies below, and its area hangs from 0', () => {
  const points: Point[] = [
    [0, 10],
    [10, -10],
  ]
  expect(sparkPaths(points, shape)).toEqual({
    line: 'M0 1.5L100 21.5',
    area: 'M0 11.5L0 1.5L100 21.5L100 11.5Z',
  })
})

test('all zero lies at the bottom', () => {
  const points: Point[] = [
    [0, 0],
    [10, 0],
  ]
  expect(sparkPaths(points, shape).line).toBe('M0 21.5L100 21.5')
})
