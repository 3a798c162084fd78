import { describe, expect, it } from 'vitest'
import { BUILT_IN } from '../../../lib/kpi-catalog.ts'
import { createMeasureSet } from '../../window/measures.ts'
import { createPins } from '../../window/pins.ts'
import { createPyramid } from '../../window/pyramid.ts'
import { createRetention } from '../../window/retention.ts'
import { createSharedWindows } from './shared-windows.ts'

function setUp() {
  const pins = createPins()
  const pyramid = createPyramid({
    measures: createMeasureSet(BUILT_IN.kpis),
    crossed: [],
    pins,
    retention: createRetention(),
    maxRestingBytes: 0,
  })
  return { pyramid, windows: createSharedWindows(pyramid, pins) }
}

describe('windows that views share', () => {
  it('are kept up to date until the last view has closed its own', () => {
    const { pyramid, windows } = setUp()
    const [one, other] = [windows.keys('5m now', 'page'), windows.keys('5m now', 'page')]
    one.close()
    one.close()
    expect(pyramid.changes.areHeard('page')).toBe(true)
    other.close()
    expect(pyramid.changes.areHeard('page')).toBe(false)
  })

  it('are one for those who ask for the same', () => {
    const { windows } = setUp()
    const range = { from: 60_000, to: 120_000 }
    windows.keys('1m now', 'page').moveTo(range)
    expect(windows.keys('1m now', 'page').needs(range)).toEqual([])
    expect(windows.keys('1m now', 'country').needs(range)).not.toEqual([])
    expect(windows.keys('1m before', 'page').needs(range)).not.toEqual([])
  })
})
