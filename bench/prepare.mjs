import { parseArgs } from 'node:util'
import { setupOrExit } from '../scripts/setup.mjs'

/**
 * What a benchmark of the product begins with: the product is built where something changed. Resolves with the
 * numbers of this run, by name: those told on the command line (`--seconds 5`), else the `defaults`.
 */
export async function prepare(defaults) {
  // Who is told to end takes what it started along: `exit` is not told of a signal.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.once(signal, () => process.exit(1))
  const options = mapValues(defaults, (number) => ({ type: 'string', default: String(number) }))
  const { values } = parseArgs({ options })
  await setupOrExit()
  return mapValues(values, Number)
}

const mapValues = (object, map) =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(value)]))
