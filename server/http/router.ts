import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Problem } from '../../lib/api.ts'
import { storeTrouble, troubleWords } from '../damage/store-trouble.ts'
import type { AnswerForm, Wanted } from '../pipeline-port.ts'
import { messageOf } from '../platform/errors.ts'
import type { Log } from '../platform/log.ts'
import type { Admission } from './admission.ts'
import { CSV_TYPE, fileOfCsv } from './csv.ts'
import { prefersCsv } from './media.ts'
import { HungUpError, problem, UnavailableError } from './problem.ts'
import { readBody, readQuery } from './read-input.ts'
import { isQuestion, type Outcome, type Route } from './route.ts'
import { sendText } from './send-text.ts'
import { csvPieces, jsonPieces } from './text-pieces.ts'

export interface Router {
  /** Answers the request. `onRoute` is told the route's path first, for the metrics; not where there is none. */
  handle(
    request: IncomingMessage,
    response: ServerResponse,
    onRoute: (path: string) => void,
  ): Promise<void>
}

/** Routes are few: they are tried in turn. */
export function createRouter(
  routes: readonly Route[],
  ports: { log: Log; admission: Admission },
): Router {
  const compiled = routes.map((route) => ({ route, match: matcher(route.path) }))
  const { log, admission } = ports

  async function answerCall(route: Route, call: Call): Promise<void> {
    const { response, url, wanted } = call
    const query = readQuery(url.searchParams, route.query, route.repeats)
    if (!query.ok) return sendProblem(response, query.problem)
    if (!isQuestion(route)) {
      return send(call, route, await run(route, call, { query: query.value, log }))
    }
    const entry = await admission.enter(route.load?.(query.value) ?? 'small', wanted.signal)
    if (entry.kind === 'refused') return sendTooMuch(response, entry.retryAfterS)
    try {
      await send(call, route, await run(route, call, { query: query.value, log }))
      await sent(response)
    } finally {
      entry.leave()
    }
  }

  return {
    async handle(request, response, onRoute) {
      const url = new URL(`http://localhost${request.url}`)
      const here = compiled.flatMap(({ route, match }) => {
        const params = match(url.pathname)
        return params === undefined ? [] : [{ route, params }]
      })
      const first = here[0]
      if (first === undefined) {
        const detail = 'There is nothing at this address: /api/v1/openapi.json lists what there is'
        return sendProblem(response, problem(404, detail))
      }
      onRoute(first.route.path)
      const method = request.method === 'HEAD' ? 'GET' : request.method
      const found = here.find(({ route }) => route.method === method)
      if (found === undefined) {
        return refuseMethod(response, allowed(here.map(({ route }) => route)))
      }
      const { route, params } = found
      const format = url.searchParams.get('format') ?? undefined
      const isCsv = route.csv !== undefined && prefersCsv(format, request.headers.accept)
      const csvForm = url.searchParams.get('bom') === 'true' ? 'csv_with_bom' : 'csv'
      const wanted: Wanted = { form: isCsv ? csvForm : 'json', signal: whileOpen(response) }
      await answerCall(route, { request, response, url, params, wanted })
    },
  }
}

interface Call {
  request: IncomingMessage
  response: ServerResponse
  url: URL
  params: Record<string, string>
  wanted: Wanted
}

/** Aborts when the connection has ended, or the answer. */
function whileOpen(response: ServerResponse): AbortSignal {
  const closed = new AbortController()
  response.once('close', () => closed.abort())
  return closed.signal
}

async function run(
  route: Route,
  { request, params, wanted }: Call,
  { query, log }: { query: unknown; log: Log },
): Promise<Outcome<unknown>> {
  try {
    const body = route.body === undefined ? undefined : await readBody(request, route.body)
    if (body?.ok === false) return { kind: 'problem', problem: body.problem }
    return await route.handle({ params, query, body: body?.value, wanted })
  } catch (error) {
    if (error instanceof UnavailableError) {
      return { kind: 'problem', problem: problem(503, messageOf(error)) }
    }
    if (error instanceof HungUpError) throw error
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

async function send(
  { response, wanted }: Call,
  { answer, csv }: Route,
  outcome: Outcome<unknown>,
): Promise<void> {
  if (outcome.kind === 'problem') return sendProblem(response, outcome.problem)
  const { status } = answer
  if (outcome.kind === 'answer') {
    for (const [name, value] of Object.entries(outcome.headers ?? {})) {
      response.setHeader(name, value)
    }
  }
  if ('text' in answer) {
    const text = outcome.kind === 'answer' ? String(outcome.body) : ''
    await sendText(response, status, answer.text, [text])
  } else if ('schema' in answer) {
    const { file, pieces } =
      outcome.kind === 'text' ? outcome.text : textOf(outcome.body, wanted.form, csv)
    if (file !== undefined) response.setHeader('content-disposition', fileOfCsv({ name: file }))
    await sendText(response, status, file === undefined ? 'application/json' : CSV, pieces)
  } else {
    response.statusCode = status
    response.end()
  }
}

const CSV = `${CSV_TYPE}; charset=utf-8; header=present`

function textOf(body: unknown, form: AnswerForm, csv: Route['csv']) {
  if (form === 'json' || csv === undefined) return { file: undefined, pieces: jsonPieces(body) }
  const file = csv(body)
  return { file: file.name, pieces: csvPieces(file, { bom: form === 'csv_with_bom' }) }
}

/** Resolves when all of it is on its way, or the connection has ended. */
function sent(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (response.writableFinished || response.destroyed) return resolve()
    response.once('finish', resolve)
    response.once('close', resolve)
  })
}

function sendTooMuch(response: ServerResponse, retryAfterS: number): void {
  response.setHeader('retry-after', String(retryAfterS))
  const detail = `Too much is asked at once: ask again in ${retryAfterS} s, and for less at a time`
  sendProblem(response, problem(429, detail))
}

export function sendProblem(response: ServerResponse, problem: Problem): void {
  if (problem.status === 503) response.setHeader('retry-after', '1')
  // What is left of the request is not read, so the connection cannot carry another one.
  if (problem.status === 413) response.setHeader('connection', 'close')
  const text = JSON.stringify(problem)
  response.statusCode = problem.status
  response.setHeader('content-type', 'application/problem+json')
  response.setHeader('content-length', Buffer.byteLength(text))
  // Node leaves the body out where the request was HEAD.
  response.end(text)
}

export function refuseMethod(response: ServerResponse, methods: readonly string[]): void {
  const allow = methods.join(', ')
  response.setHeader('allow', allow)
  sendProblem(response, problem(405, `This address takes ${allow}`))
}

const allowed = (routes: readonly Route[]): string[] =>
  routes.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))

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
