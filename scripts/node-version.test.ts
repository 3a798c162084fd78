import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { nodeTrouble } from './node-version.mjs'

const RANGE = '^20.15.0 || >=22.2.0'

it.each(['20.15.0', '20.20.2', '22.2.0', '22.23.1', '23.0.0', '24.1.0', '100.0.0'])(
  'Node %s will do',
  (version) => {
    expect(nodeTrouble(version, RANGE)).toBeUndefined()
  },
)

it.each(['18.20.4', '20.9.0', '20.14.1', '21.7.3', '22.1.0'])(
  'Node %s is refused, with what would do',
  (version) => {
    expect(nodeTrouble(version, RANGE)).toBe(
      `Kinesight needs Node 20.15 or a later 20, or 22.2 or newer; this is ${version}. Install one of them from https://nodejs.org, then run the same command again.`,
    )
  },
)

it('the range that npm is told is one that this understands', () => {
  const { engines } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  ) as { engines: { node: string } }
  expect(nodeTrouble('18.0.0', engines.node)).toContain('this is 18.0.0')
  expect(nodeTrouble(process.versions.node, engines.node)).toBeUndefined()
})
