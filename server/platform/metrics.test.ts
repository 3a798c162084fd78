import { expect, it } from 'vitest'
import { mergeMetrics } from './metrics.ts'

const family = (name: string, value: number) =>
  `# HELP ${name} Words.\n# TYPE ${name} gauge\n${name}{a="# HELP"} ${value}\n`

it('a metric both have is told once, the first one’s', () => {
  const merged = mergeMetrics(
    `${family('cpu', 1)}${family('own', 2)}`,
    `${family('cpu', 3)}\n${family('theirs', 4)}`,
  )
  expect(merged).toBe(`${family('cpu', 1)}${family('own', 2)}${family('theirs', 4)}`)
})

it('without a second one the first is whole', () => {
  expect(mergeMetrics(family('own', 1), '')).toContain('own{a="# HELP"} 1')
})
