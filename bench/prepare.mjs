import { parseArgs } from 'node:util'
import { setupOrExit } from '../scripts/setup.mjs'

/**
 * What a benchmark of the product begins with: the product is built where something changed. Resolves with the
 * numbers of this run, by name: those told on the command line (`--seconds 5`), else the `defaults`.
 */
export async function prepare(defaults) {
  const options = mapValues(defaults, (number) => ({ type: 'string', default: String(number) }))
  const { values } = parseArgs({ options })
  await setupOrExit()
  return mapValues(values, Number)
}

const mapValues = (object, map) =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(value)]))
