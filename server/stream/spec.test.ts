import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const read = (file: string): string => readFileSync(`${HERE}${file}`, 'utf8')
const files = readdirSync(HERE, { recursive: true, encoding: 'utf8' })
const tests = files.filter((file) => file.endsWith('.test.ts'))

/** What is said in the names of tests and of their groups. */
const titles = tests.flatMap((file) =>
  [...read(file).matchAll(/(?:test|describe)(?:\.each[^'"`]*|\()\s*(['"`])(.*?)\1/gs)].map(
    ([, , title]) => title ?? '',
  ),
)

test('each invariant of SPEC.md is named by a test that holds it', () => {
  const invariants = [...read('SPEC.md').matchAll(/^- \*\*(I\d+)\*\*/gm)].map(([, name]) => name)
  expect(invariants.length).toBeGreaterThan(10)
  const unheld = invariants.filter(
    (name) => !titles.some((title) => new RegExp(`\\b${name}\\b`).test(title)),
  )
  expect(unheld).toEqual([])
})

test('each file that the list of scenarios names is there, and each file of scenarios is named', () => {
  const listed = [...read('scenarios/README.md').matchAll(/`([^`]+\.test\.ts)`/g)].map(
    ([, name]) => name as string,
  )
  const here = files
    .filter((file) => /^scenarios\/[^/]+\.test\.ts$/.test(file))
    .map((file) => file.slice('scenarios/'.length))
  expect(here.filter((file) => !listed.includes(file))).toEqual([])
  for (const file of listed) expect(() => read(`scenarios/${file}`)).not.toThrow()
})
