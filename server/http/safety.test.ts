import { describe, expect, it } from 'vitest'
import { areaOf, judge, type RequestFacts } from './safety.ts'

const PORT = 3000
const READ: RequestFacts = {
  method: 'GET',
  area: 'api',
  host: 'localhost:3000',
  origin: undefined,
  fetchSite: undefined,
  fetchMode: undefined,
  contentType: undefined,
  hasBody: false,
}
const CHANGE: RequestFacts = {
  ...READ,
  method: 'POST',
  contentType: 'application/json',
  hasBody: true,
}
const LIVE: RequestFacts = { ...READ, area: 'live' }
const PAGE: RequestFacts = { ...READ, area: 'page' }

const statusOf = (facts: RequestFacts, port = PORT): number => {
  const verdict = judge(facts, port)
  return verdict.kind === 'allowed' ? 200 : verdict.status
}

describe('Host', () => {
  it.each(['localhost:3000', 'LOCALHOST:3000', '127.0.0.1:3000', '127.8.9.1:3000', '[::1]:3000'])(
    '%s is ours',
    (host) => {
      expect(statusOf({ ...READ, host })).toBe(200)
    },
  )

  it.each([
    undefined,
    '',
    'localhost',
    'localhost:3001',
    'evil.example:3000',
    'localhost.evil.example:3000',
    '127.0.0.1.evil.example:3000',
    '10.0.0.1:3000',
    '[::2]:3000',
    '0.0.0.0:3000',
    'user@localhost:3000',
    'localhost:3000:3000',
    '127.1:3000',
    '2130706433:3000',
  ])('%s is not', (host) => {
    for (const facts of [READ, CHANGE, LIVE, PAGE]) expect(statusOf({ ...facts, host })).toBe(421)
  })

  it('needs no port where we listen on the usual one', () => {
    expect(statusOf({ ...READ, host: 'localhost' }, 80)).toBe(200)
    expect(statusOf({ ...CHANGE, host: 'localhost', origin: 'http://localhost' }, 80)).toBe(200)
  })
})

describe('Origin', () => {
  const foreign = [
    'http://evil.example',
    'http://localhost:3001',
    'https://localhost:3000',
    'http://127.0.0.1:3000',
    'http://localhost:3000.evil.example',
    'null',
    '',
  ]

  it.each(foreign)('a change from %s is refused', (origin) => {
    expect(statusOf({ ...CHANGE, origin })).toBe(403)
  })

  it.each(foreign)('reads and Socket.IO handshakes from %s are refused too', (origin) => {
    for (const facts of [READ, LIVE, PAGE]) expect(statusOf({ ...facts, origin })).toBe(403)
  })

  it.each(['http://localhost:3000', undefined])('%s may change and connect', (origin) => {
    for (const facts of [CHANGE, LIVE, READ, PAGE]) {
      expect(statusOf({ ...facts, origin })).toBe(200)
    }
  })
})

describe('Sec-Fetch-Site', () => {
  it.each(['cross-site', 'same-site'])('%s reads nothing of the API', (fetchSite) => {
    for (const fetchMode of ['cors', 'no-cors', 'navigate']) {
      expect(statusOf({ ...READ, fetchSite, fetchMode })).toBe(403)
      expect(statusOf({ ...LIVE, fetchSite, fetchMode })).toBe(403)
    }
  })

  it.each(['same-origin', 'none', undefined])('%s does', (fetchSite) => {
    expect(statusOf({ ...READ, fetchSite, fetchMode: 'cors' })).toBe(200)
  })

  it('a link from elsewhere opens a page, and a script from elsewhere gets none of its files', () => {
    const elsewhere = { ...PAGE, fetchSite: 'cross-site' }
    expect(statusOf({ ...elsewhere, fetchMode: 'navigate' })).toBe(200)
    expect(statusOf({ ...elsewhere, fetchMode: 'no-cors' })).toBe(403)
    expect(statusOf({ ...elsewhere, fetchMode: 'navigate', method: 'POST' })).toBe(403)
  })
})

describe('content-type', () => {
  it.each([undefined, 'text/plain', 'application/x-www-form-urlencoded', 'application/jsonp'])(
    'a change as %s is refused',
    (contentType) => {
      for (const method of ['POST', 'PUT', 'PATCH']) {
        expect(statusOf({ ...CHANGE, method, contentType })).toBe(415)
      }
    },
  )

  it('JSON may name its charset, and a DELETE without a body needs none', () => {
    const contentType = 'Application/JSON; charset=utf-8'
    expect(statusOf({ ...CHANGE, contentType })).toBe(200)
    const bare = { ...CHANGE, method: 'DELETE', contentType: undefined }
    expect(statusOf({ ...bare, hasBody: false })).toBe(200)
    expect(statusOf({ ...bare, hasBody: true })).toBe(415)
  })
})

it('every path has its area', () => {
  expect(['/socket.io/', '/socket.io/x'].map(areaOf)).toEqual(['live', 'live'])
  expect(['/api', '/api/v1/kpis', '/metrics', '/healthz', '/readyz'].map(areaOf)).toEqual(
    Array(5).fill('api'),
  )
  expect(['/', '/shards', '/_next/x.js', '/socket.iox', '/apis'].map(areaOf)).toEqual(
    Array(5).fill('page'),
  )
})
