import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Problem } from '../../lib/api.ts'
import { storeTrouble, troubleWords } from '../damage/store-trouble.ts'
import { messageOf } from '../platform/errors.ts'
import type { Log } from '../platform/log.ts'
import { CSV_TYPE, csvText, fileOfCsv } from './csv.ts'
import { prefersCsv } from './media.ts'
import { problem, UnavailableError } from './problem.ts'
import { readBody, readQuery } from './read-input.ts'
import type { Outcome, Route } from './route.ts'

export interface Router {
  /** Answers the request; returns the route's path for the metrics, undefined if there is none. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<string | undefined>
}

/** Routes are few: they are tried in turn. */
export function createRouter(routes: readonly Route[], ports: { log: Log }): Router {
  const compiled = routes.map((route) => ({ route, match: matcher(route.path) }))

  return {
    async handle(request, response) {
      const url = new URL(`http://localhost${request.url}`)
      const here = compiled.flatMap(({ route, match }) => {
        const params = match(url.pathname)
        return params === undefined ? [] : [{ route, params }]
      })
      const first = here[0]
      if (first === undefined) {
        const detail = 'There is nothing at this address: /api/v1/openapi.json lists what there is'
        sendProblem(response, problem(404, detail))
        return undefined
      }
      const method = request.method === 'HEAD' ? 'GET' : request.method
      const found = here.find(({ route }) => route.method === method)
      if (found === undefined) {
        const allow = allowed(here.map(({ route }) => route))
        response.setHeader('allow', allow)
        sendProblem(response, problem(405, `This address takes ${allow}`))
        return first.route.path
      }
      const outcome = await run(found.route, { request, url, params: found.params }, ports.log)
      const csv =
        found.route.csv !== undefined &&
        prefersCsv(url.searchParams.get('format') ?? undefined, request.headers.accept)
      const bom = url.searchParams.get('bom') === 'true'
      send(response, found.route, outcome, csv ? { bom } : undefined)
      return found.route.path
    },
  }
}

interface Call {
  request: IncomingMessage
  url: URL
  params: Record<string, string>
}

async function run(route: Route, call: Call, log: Log): Promise<Outcome<unknown>> {
  const query = readQuery(call.url.searchParams, route.query, route.repeats)
  if (!query.ok) return { kind: 'problem', problem: query.problem }
  try {
    const body = route.body === undefined ? undefined : await readBody(call.request, route.body)
    if (body?.ok === false) return { kind: 'problem', problem: body.problem }
    return await route.handle({ params: call.params, query: query.value, body: body?.value })
  } catch (error) {
    if (error instanceof UnavailableError) {
      return { kind: 'problem', problem: problem(503, messageOf(error)) }
    }
    log.error({ err: error, method: route.method, path: route.path }, 'request failed')
    const trouble = storeTrouble(error)
    if (trouble !== undefined) {
      const detail = `The store cannot be used: ${troubleWords(trouble)}`
      return { kind: 'problem', problem: problem(503, detail) }
    }
    const detail = 'Something went wrong here; the log has the details'
    return { kind: 'problem', problem: problem(500, detail) }
  }
}

function send(
  response: ServerResponse,
  { answer, csv }: Route,
  outcome: Outcome<unknown>,
  asCsv: { bom: boolean } | undefined,
): void {
  if (outcome.kind === 'problem') {
    sendProblem(response, outcome.problem)
    return
  }
  for (const [name, value] of Object.entries(outcome.headers ?? {})) response.setHeader(name, value)
  if (asCsv !== undefined && csv !== undefined) {
    const file = csv(outcome.body)
    response.setHeader('content-disposition', fileOfCsv(file))
    sendText(
      response,
      answer.status,
      `${CSV_TYPE}; charset=utf-8; header=present`,
      csvText(file, asCsv),
    )
  } else if ('schema' in answer) {
    sendText(response, answer.status, 'application/json', JSON.stringify(outcome.body))
  } else if ('text' in answer) {
    sendText(response, answer.status, answer.text, String(outcome.body))
  } else {
    response.statusCode = answer.status
    response.end()
  }
}

export function sendProblem(response: ServerResponse, problem: Problem): void {
  if (problem.status === 503) response.setHeader('retry-after', '1')
  // What is left of the request is not read, so the connection cannot carry another one.
  if (problem.status === 413) response.setHeader('connection', 'close')
  sendText(response, problem.status, 'application/problem+json', JSON.stringify(problem))
}

/** Node leaves the body out where the request was HEAD. */
function sendText(response: ServerResponse, status: number, type: string, text: string): void {
  response.statusCode = status
  response.setHeader('content-type', type)
  response.setHeader('content-length', Buffer.byteLength(text))
  response.end(text)
}

function allowed(routes: readonly Route[]): string {
  const methods = routes.map((route) => route.method)
  return methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ')
}

function matcher(pattern: string): (path: string) => Record<string, string> | undefined {
  const parts = pattern.split('/')
  return (path) => {
    const given = path.split('/')
    if (given.length !== parts.length) return undefined
    const params: Record<string, string> = {}
    for (const [index, part] of parts.entries()) {
      const value = given[index] ?? ''
      if (part.startsWith('{')) {
        const decoded = decode(value)
        if (decoded === undefined || decoded === '') return undefined
        params[part.slice(1, -1)] = decoded
      } else if (part !== value) return undefined
    }
    return params
  }
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
