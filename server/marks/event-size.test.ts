import { describe, expect, test } from 'vitest'
import { poisson, seededRandom } from '../embedded/random.ts'
import { createEventSize } from './event-size.ts'

/** The mean number of events over the last of many steps, each of `perStep` events that cost what `price` says. */
function eventsOf(perStep: number, price: (random: () => number) => number): number {
  const random = seededRandom(7)
  const size = createEventSize()
  let sum = 0
  const [steps, counted] = [2_000, 500]
  for (let step = 0; step < steps; step++) {
    let amount = 0
    for (let n = poisson(random, perStep); n > 0; n--) amount += price(random)
    const events = size.eventsIn(amount)
    if (step >= steps - counted) sum += events
  }
  return sum / counted
}

describe('the events that money comes from', () => {
  test('are as many as there are, where each brings the same', () => {
    expect(eventsOf(40, () => 0.004)).toBeGreaterThan(32)
    expect(eventsOf(40, () => 0.004)).toBeLessThan(50)
  })

  test('are about as many as the large ones, where those bring nearly all', () => {
    const price = (random: () => number) => (random() < 0.03 ? 80 : 0.004)
    expect(eventsOf(100, price)).toBeGreaterThan(2)
    expect(eventsOf(100, price)).toBeLessThan(4.5)
  })

  test('are one at first, and where nothing is ever paid', () => {
    const size = createEventSize()
    expect(size.eventsIn(5)).toBe(1)
    const nothing = createEventSize()
    for (let step = 0; step < 50; step++) expect(nothing.eventsIn(0)).toBe(1)
  })
})
