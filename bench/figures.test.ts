import { describe, expect, it } from 'vitest'
import { figuresOf } from './figures.mjs'

describe('figures of what a benchmark printed', () => {
  it('are medians over the lines that have their name', () => {
    const printed = [
      'bare SDK loop   100000 records/s of a core, 120000 records/s by the clock, 184 MB',
      'whole consumer  90000 records/s of a core, 128198 records/s by the clock, 488 MB',
      'round 1: ratio 0.90',
      'bare SDK loop   104000 records/s of a core, 123000 records/s by the clock, 210 MB',
      'whole consumer  98000 records/s of a core, 107528 records/s by the clock, 500 MB',
      'round 2: ratio 0.94',
      'bare SDK loop   102000 records/s of a core, 121000 records/s by the clock, 200 MB',
      'whole consumer  91000 records/s of a core, 111211 records/s by the clock, 487 MB',
      'round 3: ratio 0.89',
      'ratio, median of 3: 0.90',
    ].join('\n')
    expect(figuresOf(printed)).toEqual({
      'bare SDK loop: records/s of a core': 102_000,
      'bare SDK loop: records/s by the clock': 121_000,
      'bare SDK loop: MB': 200,
      'whole consumer: records/s of a core': 91_000,
      'whole consumer: records/s by the clock': 111_211,
      'whole consumer: MB': 488,
      round: 2,
      'round: ratio': 0.9,
      'ratio, median of': 3,
      'ratio, median of 3': 0.9,
    })
  })

  it('keep apart what one line says of several things', () => {
    const line = 'combined   250000 lines/s, 4.00 µs a line; GoAccess 125000 lines/s: ratio 2.00'
    expect(figuresOf(line)).toEqual({
      'combined: lines/s': 250_000,
      'combined: µs a line': 4,
      'combined: GoAccess lines/s': 125_000,
      'combined: ratio': 2,
    })
  })

  it('take no digits out of words, versions or line ends', () => {
    expect(figuresOf('polling  p50 225 ms, p99 -3.5 ms with 1.2.3')).toEqual({
      'polling p50: ms': 225,
      'polling p50: p99 ms with 1.2.3': -3.5,
    })
    expect(figuresOf('took 5.\nnothing here')).toEqual({ took: 5 })
  })
})
