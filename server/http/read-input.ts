import type { IncomingMessage } from 'node:http'
import type { z } from 'zod'
import type { Problem } from '../../lib/api.ts'
import { type FieldError, HungUpError, problem } from './problem.ts'

/** Longest request body taken, bytes. */
export const MAX_BODY_BYTES = 64 * 1_024

/** Errors that an answer lists: a long query or body may have thousands. */
export const MAX_ERRORS = 20

export type Read<T> = { ok: true; value: T } | { ok: false; problem: Problem }

/** Query parameters by the route's schema; a route without one takes none. Those in `repeats` come as lists. */
export function readQuery(
  parameters: URLSearchParams,
  schema: z.ZodObject | undefined,
  repeats: readonly string[] = [],
): Read<unknown> {
  const known = Object.keys(schema?.shape ?? {})
  const takes = known.length === 0 ? 'it takes none' : `it takes ${known.join(', ')}`
  const errors: FieldError[] = []
  const values: Record<string, string | string[]> = {}
  for (const [name, value] of parameters) {
    const field = name.slice(0, 100)
    if (!known.includes(name)) {
      errors.push({ field, message: `This address has no parameter "${field}": ${takes}` })
    } else if (repeats.includes(name)) {
      values[name] = [...(values[name] ?? []), value]
    } else if (Object.hasOwn(values, name)) {
      errors.push({ field, message: `"${field}" is given twice: give it once` })
    } else values[name] = value
  }
  if (errors.length > 0) return refused(errors)
  return schema === undefined ? { ok: true, value: undefined } : readValue(values, schema)
}

/** A JSON body by the route's schema. Reads at most `MAX_BODY_BYTES`. */
export async function readBody(
  request: IncomingMessage,
  schema: z.ZodType,
): Promise<Read<unknown>> {
  const bytes = await readBytes(request)
  if (bytes === undefined) {
    return no(problem(413, `The body may be at most ${MAX_BODY_BYTES / 1_024} KiB`))
  }
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return no(problem(400, 'The body must be one JSON value in UTF-8'))
  }
  return readValue(value, schema)
}

export function readValue<T>(value: unknown, schema: z.ZodType<T>): Read<T> {
  const parsed = schema.safeParse(value, { error: inPlainWords })
  return parsed.success ? { ok: true, value: parsed.data } : refused(fieldErrors(parsed.error))
}

const no = (problem: Problem): { ok: false; problem: Problem } => ({ ok: false, problem })

const refused = (errors: FieldError[]): { ok: false; problem: Problem } => no(badFields(errors))

/** At least one field is wrong. */
export function badFields(errors: readonly FieldError[]): Problem {
  const listed = errors.slice(0, MAX_ERRORS)
  const left = errors.length - listed.length
  const more = left === 0 ? [] : [`${left} more ${left === 1 ? 'is' : 'are'} wrong and not listed`]
  return problem(400, [...listed.map(({ message }) => message), ...more].join('. '), listed)
}

/**
 * Leaving an async iterator early would end the connection before the answer is sent, so: by events. Throws
 * `HungUpError` where the sender goes before the end.
 */
function readBytes(request: IncomingMessage): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= MAX_BODY_BYTES) chunks.push(chunk)
      else resolve(undefined)
    })
    request.on('end', () => resolve(Buffer.concat(chunks)))
    request.on('error', (error) => reject(request.complete ? error : new HungUpError(error)))
    if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) resolve(undefined)
  })
}

function fieldErrors(error: z.ZodError): FieldError[] {
  return error.issues.flatMap((issue) => {
    const at = issue.path.map(String).join('.')
    if (issue.code !== 'unrecognized_keys')
      return [{ field: at, message: named(at, issue.message) }]
    return issue.keys.map((key) => {
      const field = [...(at === '' ? [] : [at]), key.slice(0, 100)].join('.')
      return { field, message: `There is no field "${field}": leave it out` }
    })
  })
}

/** A schema that is also used for a file says "must be …" without the name. */
const named = (field: string, message: string): string =>
  message.startsWith('must ') && field !== '' ? `"${field}" ${message}` : message

/** What the schemas do not say themselves. */
function inPlainWords(issue: z.core.$ZodRawIssue): string | undefined {
  const field = (issue.path ?? []).map(String).join('.')
  const name = field === '' ? 'The body' : `"${field}"`
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? `${name} is missing: give ${article(issue.expected)}`
        : `${name} must be ${article(issue.expected)}`
    case 'invalid_value':
      return issue.values.length === 1
        ? `${name} must be ${String(issue.values[0])}`
        : `${name}: choose one of ${issue.values.map(String).join(', ')}`
    case 'too_big':
      return `${name} is too ${longOrLarge(issue.origin)}: at most ${String(issue.maximum)}`
    case 'too_small':
      return issue.origin === 'string' && Number(issue.minimum) === 1
        ? `${name} must not be empty`
        : `${name} is too ${issue.origin === 'string' ? 'short' : 'small'}: at least ${String(issue.minimum)}`
    default:
      return undefined
  }
}

const longOrLarge = (origin: string): string => (origin === 'string' ? 'long' : 'large')

const article = (type: string): string =>
  type === 'int' ? 'a whole number' : /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`
