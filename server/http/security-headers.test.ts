import { expect, it } from 'vitest'
import { pagePolicy } from './security-headers.ts'

const directives = (policy: string): Map<string, string[]> =>
  new Map(
    policy.split('; ').map((directive) => {
      const [name = '', ...sources] = directive.split(' ')
      return [name, sources]
    }),
  )

it('scripts run by nonce only, and nothing is evaluated', () => {
  const policy = directives(pagePolicy('abc', { host: 'localhost:3000', dev: false }))
  expect(policy.get('default-src')).toEqual(["'none'"])
  expect(policy.get('script-src')).toEqual(["'self'", "'nonce-abc'", "'strict-dynamic'"])
  expect(policy.get('style-src')).toEqual(["'self'", "'nonce-abc'"])
  expect(policy.get('connect-src')).toEqual(["'self'", 'ws://localhost:3000'])
  expect(policy.get('frame-ancestors')).toEqual(["'none'"])
})

it('only development may evaluate', () => {
  const policy = directives(pagePolicy('abc', { host: 'localhost:3000', dev: true }))
  expect(policy.get('script-src')).toContain("'unsafe-eval'")
})
