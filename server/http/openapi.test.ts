import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ZodType } from 'zod'
import { liveState, shardCell, startTestServer, type TestServer } from './test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

interface Document {
  openapi: string
  paths: Record<
    string,
    Record<string, { parameters?: { name: string; in: string }[]; responses: object }>
  >
}

const document = async (): Promise<Document> =>
  JSON.parse((await server.send({ path: '/api/v1/openapi.json' })).text)

it('has every route, and nothing that is no route', async () => {
  const { openapi, paths } = await document()
  expect(openapi).toBe('3.1.0')
  const documented = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  const served = server.routes.map(({ method, path }) => `${method} ${path}`)
  expect(documented.sort()).toEqual(served.sort())
  expect(new Set(served).size).toBe(served.length)
  expect(served).toContain('GET /api/v1/kpis/{id}/series')
})

it('names every parameter a route takes', async () => {
  const { paths } = await document()
  for (const { method, path, query } of server.routes) {
    const { parameters = [] } = paths[path]?.[method.toLowerCase()] ?? {}
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
    const named = (where: string) =>
      parameters.filter((p) => p.in === where).map(({ name }) => name)
    expect(named('path')).toEqual(inPath)
    expect(named('query')).toEqual(Object.keys(query?.shape ?? {}))
  }
})

it('tells the truth about the answers', async () => {
  server.pipeline.state = liveState({}, [shardCell('shard-0', 5)])
  const schemas = new Map<string, ZodType>()
  for (const { method, path, answer } of server.routes) {
    if (method === 'GET' && 'schema' in answer) schemas.set(path, answer.schema)
  }
  const queries: Record<string, string> = {
    '/api/v1/kpis': '?by=device&filter=account:acme',
    '/api/v1/kpis/{id}/series': '?by=page',
  }
  const checked = [...schemas].filter(([path]) => !path.endsWith('/rules/{id}'))
  for (const [path, schema] of checked) {
    const { text } = await server.send({
      path: path.replace('{id}', 'spend').replace('{shardId}', 'shard-0') + (queries[path] ?? ''),
    })
    expect([path, schema.safeParse(JSON.parse(text)).error]).toEqual([path, undefined])
  }
  expect(checked.length).toBeGreaterThan(10)
})

it('names each refusal that an address may answer with', async () => {
  const { paths } = await document()
  for (const { method, path } of server.routes) {
    const one = path.replace('{id}', 'spend').replace('{shardId}', 'shard-0')
    const headers = { 'content-type': 'application/json' }
    const refused = await Promise.all([
      server.send({ path: `${one}?no-such-parameter=1`, method, headers, body: '{}' }),
      server.send({ path: one, method: 'OPTIONS' }),
      server.send({ path: one, method: 'TRACE' }),
      server.send({ path: `${one}?x=${'x'.repeat(9_000)}`, method }),
      server.send({ path: one, method, headers: { host: 'evil.example' } }),
      server.send({ path: one, method, headers: { origin: 'http://evil.example' } }),
      ...(method === 'GET'
        ? []
        : [server.send({ path: one, method, headers: { 'content-length': '1' }, body: 'x' })]),
    ])
    const statuses = refused.map(({ status }) => status)
    expect([path, statuses]).toEqual([
      path,
      [400, 405, 405, 414, 421, 403, ...(method === 'GET' ? [] : [415])],
    ])
    const named = Object.keys(paths[path]?.[method.toLowerCase()]?.responses ?? {})
    expect(named).toEqual(expect.arrayContaining(statuses.map(String)))
    for (const { status, headers } of refused) {
      if (status === 405) expect(String(headers.allow)).toContain(method)
    }
  }
})
