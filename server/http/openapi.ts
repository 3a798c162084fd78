import { z } from 'zod'
import { CSV_TYPE } from './csv.ts'
import { answer, isQuestion, type Route, route } from './route.ts'

const PROBLEM = { $ref: '#/components/schemas/Problem' }

const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string().describe('What is wrong and what to do about it'),
  errors: z
    .array(z.strictObject({ field: z.string(), message: z.string() }))
    .optional()
    .describe('Each field that is wrong'),
})

const PROBLEMS: Record<number, string> = {
  400: 'A parameter or field is wrong; errors name it',
  403: 'The request comes from another web page',
  404: 'There is no such thing',
  405: 'The address does not take this method; the header "allow" names those it takes',
  409: 'The bound is reached',
  413: 'The body is too large',
  414: 'The address is too long',
  415: 'The body is not application/json',
  421: 'The header "host" does not name this machine',
  429: 'Too much is asked at once; the header "retry-after" says when to ask again',
  500: 'Something went wrong here',
  503: 'Not ready; try again in a second',
}

/** What every address may answer: each refuses parameters that it does not know. */
const ANYWHERE = [400, 403, 405, 414, 421, 500, 503]

/** The OpenAPI 3.1 document of `routes`, from the schemas they work with. */
export function openApiDocument(routes: readonly Route[]): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const one of routes) {
    paths[one.path] = { ...paths[one.path], [one.method.toLowerCase()]: operation(one) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Kinesight',
      version: '1',
      description:
        'Real-time metrics of a Kinesis stream. Times are epoch ms, money is exact decimals.',
    },
    paths,
    components: { schemas: { Problem: jsonSchema(problemSchema, 'output') } },
  }
}

/** The document's own route is in it too. */
export function withOpenApi(routes: readonly Route[]): Route[] {
  const all: Route[] = [...routes]
  let document: Record<string, unknown> | undefined
  all.push(
    route({
      method: 'GET',
      path: '/api/v1/openapi.json',
      summary: 'This document',
      answer: {
        status: 200,
        description: 'OpenAPI 3.1',
        schema: z.record(z.string(), z.unknown()),
      },
      async handle() {
        document ??= openApiDocument(all)
        return answer(document)
      },
    }),
  )
  return all
}

function operation(one: Route) {
  const { summary, params, query, body, answer, csv, problems, method } = one
  const parameters = [...pathParameters(params), ...queryParameters(query)]
  const statuses = [
    ...ANYWHERE,
    ...(problems ?? []),
    ...(body !== undefined ? [413] : []),
    ...(method !== 'GET' ? [415] : []),
    ...(isQuestion(one) ? [429] : []),
  ].sort((a, b) => a - b)
  return {
    operationId: `${method.toLowerCase()}: ${summary}`,
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: jsonSchema(body, 'input') } },
      },
    }),
    responses: {
      [answer.status]: {
        description: answer.description,
        ...('schema' in answer && {
          content: {
            'application/json': { schema: jsonSchema(answer.schema, 'output') },
            ...(csv !== undefined && { [CSV_TYPE]: { schema: { type: 'string' } } }),
          },
        }),
        ...('text' in answer && { content: { [answer.text]: { schema: { type: 'string' } } } }),
      },
      ...Object.fromEntries(
        statuses.map((status) => [
          status,
          {
            description: PROBLEMS[status] ?? 'A problem',
            content: { 'application/problem+json': { schema: PROBLEM } },
          },
        ]),
      ),
    },
  }
}

const pathParameters = (params: Route['params']) =>
  Object.entries(params ?? {}).map(([name, description]) => ({
    name,
    in: 'path',
    required: true,
    description,
    schema: { type: 'string' },
  }))

function queryParameters(query: z.ZodObject | undefined) {
  if (query === undefined) return []
  const { properties = {}, required = [] } = jsonSchema(query, 'input')
  return Object.entries(properties).map(([name, schema]) => {
    const { description, ...rest } = schema as { description?: string }
    return {
      name,
      in: 'query',
      required: required.includes(name),
      ...(description !== undefined && { description }),
      schema: rest,
    }
  })
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output') {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io })
  return rest
}
